// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import DeviceSimulator

/// The credentials of devices that report to somebody else's server: from a keys folder, or from the command line.
struct GivenCredentials: CredentialSource {
    private let held: [String: ClientSecurity]

    /// Reads what all devices need.
    ///
    /// - Parameters:
    ///   - devices: the devices.
    ///   - uri: the server; a plain one needs none.
    ///   - options: what the command line says. An identity in it may have `{n}` and `{name}`.
    /// - Throws: `CoAPError` with the devices that there is nothing for, and for contradicting options.
    init(for devices: [Device], uri: CoAPURI, _ options: CredentialOptions) throws(CoAPError) {
        guard uri.scheme == .coaps else {
            // Says so where credentials are given all the same.
            let plain = try options.security(for: uri)
            held = Dictionary(uniqueKeysWithValues: devices.map { ($0.name, plain) })
            return
        }
        if options.isGiven { try options.requireOneWay(for: uri) }
        var held: [String: ClientSecurity] = [:]
        held.reserveCapacity(devices.count)
        if options.isGiven, options.identity == nil {
            let all = try options.security(for: uri)
            for device in devices { held[device.name] = try Self.named(all, device) }
        } else {
            var folder = FolderReader(try options.keysFolder.folder())
            for device in devices {
                held[device.name] = try folder.security(for: device, identity: options.identity.map(NamePattern.init))
            }
            if let error = folder.missing.error(of: devices.count) { throw error }
        }
        self.held = held
    }

    /// The same key under each device's own identity, where the identity is a pattern.
    private static func named(_ security: ClientSecurity, _ device: Device) throws(CoAPError) -> ClientSecurity {
        guard case .preSharedKey(let key) = security else { return security }
        let pattern = NamePattern(String(decoding: key.identity, as: UTF8.self))
        let identity = pattern.name(number: device.number, device: device.name)
        return .preSharedKey(try PreSharedKey(identity: identity, key: key.key))
    }

    func security(for device: Device) throws(CoAPError) -> ClientSecurity {
        guard let security = held[device.name] else {
            throw CoAPError(
                .invalidCredentials, "there are no credentials for '\(PrintableText.escaped(device.name.utf8))'")
        }
        return security
    }
}
