// SPDX-License-Identifier: Apache-2.0

public import CoAP

extension KeyFolder {
    /// How many days a certificate or key may be good for: up to a hundred years.
    private static let dayRange = 1...36_500

    /// Adds a device: a pre-shared key, a certificate, or both, each unless it is there.
    ///
    /// - Parameters:
    ///   - name: 1 to 64 letters, digits, `.`, `_` and `-`.
    ///   - kinds: what to make.
    ///   - days: for how many days both are good, 1 to 36,500; nil makes the certificate good for two years and the key good
    ///     until it is replaced or revoked.
    ///   - again: true makes new credentials for a name that was revoked, instead of refusing it.
    /// - Throws: `CoAPError`: `invalidArgument` for a bad name or number of days; `fileUnavailable`, `invalidCredentials` as
    ///   ``initialize(hostNames:newRegister:revoked:)``, the latter for a name that was revoked, too.
    public func addDevice(
        named name: String, _ kinds: CredentialKinds = .both, days: Int? = nil, again: Bool = false
    ) throws(CoAPError) -> InitializationReport {
        try Self.checkName(name)
        try Self.checkDays(days)
        try require(preSharedKeysPath, else: initCommand)
        if kinds.contains(.certificate) { try require(certificateAuthorityPath, else: initCommand) }
        return try changing { (draft) throws(CoAPError) in
            try refuseIdentity(name, in: draft.keys)
            if let day = draft.register.revocation(of: name) {
                guard again else {
                    throw CoAPError(
                        .invalidCredentials,
                        "'\(name)' was revoked on \(CalendarDate(day)), and what it had stays refused; to give the name a new "
                            + "key and certificate, run: coap keys add \(name) --again\(option)")
                }
                // What a command that was cut short left behind must not come back.
                draft.keys.keys.removeAll { $0.holder == Array(name.utf8) }
                try FileWriter.remove(certificatePath(ofDevice: name))
                try FileWriter.remove(keyPath(ofDevice: name))
                draft.register.revoked.removeAll { $0.device == name }
            }
            let hasKey = draft.keys.keys.contains { $0.holder == Array(name.utf8) }
            if kinds.contains(.preSharedKey), !hasKey { try draft.keys.requireRoom() }
            var report = InitializationReport()
            // The certificate comes first: it is what may fail when the authority's key is kept elsewhere.
            if kinds.contains(.certificate) {
                try deviceCertificate(name, days: days, { () throws(CoAPError) in try self.loadAuthority() }, &report)
                if !report.changedNothing { try adoptCertificate(of: name, into: &draft) }
            }
            if kinds.contains(.preSharedKey) {
                if !hasKey {
                    let end = days.map { draft.now + Int64($0) * Contents.day }
                    draft.keys.keys.append(try Self.randomKey(identity: name, notAfter: end))
                }
                report.add(preSharedKeysPath, "pre-shared key of \(name)", created: !hasKey)
            }
            return report
        }.value
    }

    func deviceCertificate(
        _ name: String, days: Int?, _ authority: () throws(CoAPError) -> CertificateAuthority,
        _ report: inout InitializationReport
    ) throws(CoAPError) {
        try pair(
            certificatePath(ofDevice: name), keyPath(ofDevice: name), "certificate of \(name)",
            Self.contents(ofDevice: name, days: days), authority, isKeyNeeded: false, &report)
    }

    /// What a device's certificate says.
    static func contents(ofDevice name: String, days: Int?) -> Contents {
        Contents(
            name: name, role: .client, alternativeNames: ["DNS:\(name)"],
            validFor: days.map { Int64($0) * Contents.day } ?? leafValidity)
    }

    /// Remembers the certificate a device has, which may be older than the register; nothing where it has none.
    func adoptCertificate(of name: String, into draft: inout FolderDraft) throws(CoAPError) {
        let path = certificatePath(ofDevice: name)
        guard FileWriter.exists(path) else { return }
        try draft.register.add(
            try IssuedCertificate(pem: try CredentialFiles.contents(at: path), name: path), of: name)
    }

    /// Refuses a name that is the identity of another device's key.
    private func refuseIdentity(_ name: String, in file: PreSharedKeyFile) throws(CoAPError) {
        let bytes = Array(name.utf8)
        guard let other = file.keys.first(where: { $0.identity == bytes && $0.holder != bytes }) else { return }
        throw CoAPError(
            .invalidCredentials,
            "'\(name)' is the identity of a key of '\(PrintableText.escaped(other.holder))'; take another name")
    }

    static func checkDays(_ days: Int?) throws(CoAPError) {
        guard let days, !dayRange.contains(days) else { return }
        throw CoAPError(.invalidArgument, "credentials are good for 1 to 36500 days, not \(days)")
    }
}
