// SPDX-License-Identifier: Apache-2.0

import CoAP
import Conformance
import Logging

// What is served.
extension ServerCommand {
    /// Refuses control that anybody on the network would have.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument`.
    func refuseOpenControl(_ endpoints: [ServerEndpoint]) throws(CoAPError) {
        let isLocal = { (host: String) in ["::1", "127.0.0.1", "localhost"].contains(host) }
        guard control, policy == nil, endpoints.contains(where: { $0.scheme == .coap && !isLocal($0.host) }) else {
            return
        }
        throw CoAPError(
            .invalidArgument,
            "--control on a plain endpoint would let anybody break the simulation: listen on coaps://, or on coap://[::1] for "
                + "this host alone, or say by --policy who may")
    }

    /// Registers the scenario's resources, sets the limits that they need, and says what is served.
    ///
    /// - Returns: what changes the resources until it is cancelled.
    /// - Throws: `CoAPError` with code `invalidArgument` for what goes not together.
    func register(
        _ scenario: ServerScenario, on router: Router, _ configuration: inout ServerConfiguration, logger: Logger
    ) throws(CoAPError) -> Task<Void, Never> {
        switch scenario {
        case .devices(let scenario):
            let hosted = try HostedScenario(scenario, on: router, hasControl: control, logger: logger)
            try? Terminal.write(hosted.news)
            if let omissions = hosted.omissions { Terminal.complain(omissions) }
            return Task { await hosted.run() }
        case .plugtest:
            guard !control else {
                throw CoAPError(.invalidArgument, "--control is for simulated devices; leave it out with plugtest")
            }
            let plugtest = PlugtestServer()
            plugtest.register(on: router)
            configuration.preferredBlockSize = PlugtestServer.configuration.preferredBlockSize
            configuration.maximumBodySize = PlugtestServer.configuration.maximumBodySize
            return Task { await plugtest.run() }
        }
    }
}
