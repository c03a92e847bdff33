// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import DeviceSimulator
import Foundation

/// Reads many devices' credentials from a keys folder, each of its files once.
struct FolderReader {
    private struct Keys {
        /// The keys that are good, by identity and, for newer ones, by the device's name.
        var good: [[UInt8]: PreSharedKey] = [:]
        /// Identities and names of all keys.
        var known: Set<[UInt8]> = []
    }

    private let folder: KeyFolder
    private var keys: Keys?
    private var trust: TrustAnchors?
    /// Whom there was nothing for.
    private(set) var missing: MissingCredentials

    init(_ folder: KeyFolder) {
        self.folder = folder
        missing = MissingCredentials(folder)
    }

    /// What a device has in the folder; nil when there is nothing, which is noted.
    ///
    /// - Parameter identity: the pattern of its key's identity; nil for the credentials its group names.
    /// - Throws: `CoAPError` for what is there and does not serve, such as a key that has run out.
    mutating func security(for device: Device, identity: NamePattern?) throws(CoAPError) -> ClientSecurity? {
        if let identity { return try key(identity, device) }
        switch device.group.credential {
        case .preSharedKey(let pattern): return try key(pattern, device)
        case .certificate(let pattern):
            let trust = try believed()
            let name = pattern.name(number: device.number, device: device.name)
            guard FileManager.default.fileExists(atPath: folder.certificatePath(ofDevice: name)) else {
                missing.add(device, pattern, isKey: false)
                return nil
            }
            return .certificate(try folder.deviceCredential(named: name), trust: trust)
        case .plain:
            throw CoAPError(
                .invalidCredentials,
                "'\(PrintableText.escaped(device.name.utf8))' speaks plain CoAP in this scenario, and the server's URI is "
                    + "coaps://; give its group credentials, or --identity PATTERN, or write coap://")
        }
    }

    private mutating func key(_ pattern: NamePattern, _ device: Device) throws(CoAPError) -> ClientSecurity? {
        let keys = try read()
        let identity = pattern.name(number: device.number, device: device.name)
        if let key = keys.good[Array(identity.utf8)] { return .preSharedKey(key) }
        guard keys.known.contains(Array(identity.utf8)) else {
            missing.add(device, pattern, isKey: true)
            return nil
        }
        // Says that it has run out.
        return .preSharedKey(try folder.preSharedKey(identity: identity))
    }

    private mutating func read() throws(CoAPError) -> Keys {
        if let keys { return keys }
        let now = Int64(Date().timeIntervalSince1970)
        var found = Keys()
        for key in try folder.preSharedKeys() {
            found.known.formUnion([key.identity, key.holder])
            guard key.isGood(at: now) else { continue }
            found.good[key.identity] = key
            if found.good[key.holder].map({ $0.identity != key.holder }) ?? true { found.good[key.holder] = key }
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
