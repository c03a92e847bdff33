// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import DeviceSimulator
import Foundation

/// Reads many devices' credentials from a keys folder, each of its files once.
struct FolderReader {
    private let folder: KeyFolder
    private var keys: [[UInt8]: PreSharedKey]?
    private var trust: TrustAnchors?

    init(_ folder: KeyFolder) { self.folder = folder }

    /// What a device has in the folder.
    ///
    /// - Parameter identity: the pattern of its key's identity; nil for the credentials its group names.
    /// - Throws: `CoAPError` with what is missing, and how it is made.
    mutating func security(for device: Device, identity: NamePattern?) throws(CoAPError) -> ClientSecurity {
        if let identity { return try key(identity, device) }
        switch device.group.credential {
        case .preSharedKey(let pattern): return try key(pattern, device)
        case .certificate(let pattern):
            let name = pattern.name(number: device.number, device: device.name)
            return .certificate(try folder.deviceCredential(named: name), trust: try believed())
        case .plain:
            throw CoAPError(
                .invalidCredentials,
                "'\(PrintableText.escaped(device.name.utf8))' speaks plain CoAP in this scenario, and the server's URI is "
                    + "coaps://; give its group credentials, or --identity PATTERN, or write coap://")
        }
    }

    private mutating func key(_ pattern: NamePattern, _ device: Device) throws(CoAPError) -> ClientSecurity {
        let keys = try good()
        let identity = pattern.name(number: device.number, device: device.name)
        if let key = keys[Array(identity.utf8)] { return .preSharedKey(key) }
        // Says which keys there are, and that one has run out.
        do throws(CoAPError) {
            return .preSharedKey(try folder.preSharedKey(identity: identity))
        } catch {
            let prefix = String(device.name.prefix { !$0.isNumber })
            throw CoAPError(
                error.code,
                "\(error.message); the scenario's devices get theirs with: coap keys fleet --count \(device.group.count) "
                    + "--prefix \(prefix)\(folder.option), or take --identity PATTERN, such as 'dev-{n:04}'")
        }
    }

    /// The keys that are good, by identity and, for newer ones, by the device's name.
    private mutating func good() throws(CoAPError) -> [[UInt8]: PreSharedKey] {
        if let keys { return keys }
        let now = Int64(Date().timeIntervalSince1970)
        var found: [[UInt8]: PreSharedKey] = [:]
        for key in try folder.preSharedKeys() where key.isGood(at: now) {
            found[key.identity] = key
            if found[key.holder].map({ $0.identity != key.holder }) ?? true { found[key.holder] = key }
        }
        keys = found
        return found
    }

    /// Whom the devices believe.
    private mutating func believed() throws(CoAPError) -> TrustAnchors {
        if let trust { return trust }
        let read = try folder.trustAnchors()
        trust = read
        return read
    }
}
