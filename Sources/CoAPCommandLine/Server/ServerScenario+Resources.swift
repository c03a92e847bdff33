// SPDX-License-Identifier: Apache-2.0

import CoAP
import Conformance
import DeviceSimulator

extension ServerScenario {
    /// Registers the resources, and sets the limits that they need.
    ///
    /// - Returns: what changes the resources until it is cancelled; nil where nothing has to.
    func register(on router: Router, _ configuration: inout ServerConfiguration) -> Task<Void, Never>? {
        switch self {
        case .device:
            let host = DeviceHost(.thermostat)
            host.register(on: router)
            return Task { await host.run() }
        case .plugtest:
            let plugtest = PlugtestServer()
            plugtest.register(on: router)
            configuration.preferredBlockSize = PlugtestServer.configuration.preferredBlockSize
            configuration.maximumBodySize = PlugtestServer.configuration.maximumBodySize
            return Task { await plugtest.run() }
        }
    }

    /// What peers are let in by: the keys folder's credentials, and the key that everybody knows where the scenario has one.
    ///
    /// - Throws: `CoAPError` as `PlugtestKeys(beside:)`.
    func security(_ credentials: ServerSecurity) throws(CoAPError) -> ServerSecurity {
        guard self == .plugtest else { return credentials }
        var security = credentials
        security.preSharedKeys = try PlugtestKeys(beside: credentials.preSharedKeys)
        return security
    }
}
