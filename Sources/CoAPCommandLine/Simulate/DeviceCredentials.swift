// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import DeviceSimulator

/// The credentials of a simulation that has its own server: made for the run, kept in memory alone.
///
/// No file is written: thousands of keys are there in a moment, nothing has to be removed at the end, and no key is left behind.
final class DeviceCredentials: Sendable {
    private struct State {
        var authority: CertificateAuthority?
        var certificate: CertificateCredential?
        var trust: TrustAnchors?
        /// What each device holds, by its name.
        var held: [String: ClientSecurity] = [:]
        /// What the server takes, by identity.
        var keys: [[UInt8]: PreSharedKey] = [:]
        var retired: [RetiredCertificate] = []
    }

    private let state: Locked<State>

    /// Makes what the devices of a fleet need, and the server.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials` for a name that no credential can have, or that two devices have.
    init(for devices: [Device]) throws(CoAPError) {
        var state = State()
        var identities: [String: String] = [:]
        for device in devices {
            guard let identity = Self.identity(of: device) else { continue }
            if let other = identities.updateValue(device.name, forKey: identity) {
                throw CoAPError(
                    .invalidCredentials,
                    "'\(PrintableText.escaped(other.utf8))' and '\(PrintableText.escaped(device.name.utf8))' have the "
                        + "same identity '\(PrintableText.escaped(identity.utf8))'; write {n} or {name} into the pattern "
                        + "of their credentials")
            }
            try Self.make(device, identity, &state)
        }
        self.state = Locked(state)
    }

    /// A device's identity or name; nil for plain CoAP.
    static func identity(of device: Device) -> String? {
        switch device.group.credential {
        case .preSharedKey(let pattern), .certificate(let pattern):
            pattern.name(number: device.number, device: device.name)
        case .plain: nil
        }
    }

    /// What a device proves itself by.
    func security(for device: Device) throws(CoAPError) -> ClientSecurity {
        guard device.group.credential != .plain else { return .plain }
        guard let held = state.withLock({ $0.held[device.name] }) else {
            throw CoAPError(
                .invalidCredentials,
                "'\(PrintableText.escaped(device.name.utf8))' has no credentials in this simulation")
        }
        return held
    }

    /// What the server goes by at present; nil where all is plain.
    func serverSecurity() throws(CoAPError) -> ServerSecurity? {
        let (keys, certificate, trust, retired) = state.withLock { state in
            (Array(state.keys.values), state.certificate, state.trust, state.retired)
        }
        guard !keys.isEmpty || certificate != nil else { return nil }
        return ServerSecurity(
            preSharedKeys: try PreSharedKeyTable(keys), certificate: certificate,
            clientAuthentication: trust.map { .required($0) } ?? .notRequired, retired: retired)
    }

    /// Gives devices new credentials; the server takes the old ones no more.
    func rotate(_ devices: [Device]) throws(CoAPError) {
        try change(devices) { (device, identity, state) throws(CoAPError) in
            Self.retire(device, &state)
            try Self.make(device, identity, &state)
        }
    }

    /// Has what devices hold be good no more: it has run out, or it was revoked. They keep it all the same.
    func retire(_ devices: [Device]) throws(CoAPError) {
        try change(devices) { (device, _, state) throws(CoAPError) in Self.retire(device, &state) }
    }

    private func change(
        _ devices: [Device], _ body: (Device, String, inout State) throws(CoAPError) -> Void
    ) throws(CoAPError) {
        try state.withLock { state -> Result<Void, CoAPError> in
            Result { () throws(CoAPError) in
                for device in devices {
                    if let identity = Self.identity(of: device) { try body(device, identity, &state) }
                }
            }
        }.get()
    }

    private static func retire(_ device: Device, _ state: inout State) {
        switch state.held[device.name] {
        case .preSharedKey(let key): state.keys[key.identity] = nil
        case .certificate(let credential?, _):
            state.retired.append(RetiredCertificate(fingerprint: credential.identity.fingerprint, until: 0))
        default: break
        }
    }

    // MARK: Making

    /// Makes a device's credentials, and what the server needs for their kind.
    private static func make(_ device: Device, _ identity: String, _ state: inout State) throws(CoAPError) {
        guard case .certificate = device.group.credential else {
            var generator = SystemRandomNumberGenerator()
            let key = Secret((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
            let made = try PreSharedKey(identity: identity, key: key)
            state.keys[made.identity] = made
            state.held[device.name] = .preSharedKey(made)
            return
        }
        let authority = try authority(&state)
        guard let trust = state.trust else { return }
        let contents = CertificateAuthority.Contents(
            name: identity, role: .client, validFor: CertificateAuthority.Contents.day)
        state.held[device.name] = .certificate(try issue(contents, by: authority), trust: trust)
    }

    /// The authority, which is made with the first certificate, as the server's is.
    private static func authority(_ state: inout State) throws(CoAPError) -> CertificateAuthority {
        if let authority = state.authority { return authority }
        let day = CertificateAuthority.Contents.day
        let authority = try CertificateAuthority(.init(name: "simulation", role: .authority, validFor: day))
        let contents = CertificateAuthority.Contents(
            name: "localhost", role: .server, alternativeNames: ["DNS:localhost", "IP:::1", "IP:127.0.0.1"],
            validFor: day)
        state.certificate = try issue(contents, by: authority)
        state.trust = try TrustAnchors(pem: try authority.certificatePEM())
        state.authority = authority
        return authority
    }

    private static func issue(
        _ contents: CertificateAuthority.Contents, by authority: CertificateAuthority
    ) throws(CoAPError) -> CertificateCredential {
        let (certificate, key) = try authority.issue(contents)
        return try CertificateCredential(certificatePEM: certificate, privateKeyPEM: key)
    }
}
