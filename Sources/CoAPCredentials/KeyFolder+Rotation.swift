// SPDX-License-Identifier: Apache-2.0

public import CoAP

extension KeyFolder {
    /// How long old credentials may be good beside the new ones, in seconds: up to a year.
    private static let overlapRange: ClosedRange<Int64> = 0...366 * 86_400

    /// Gives a device new credentials of each kind it has; the old ones are good for a while longer.
    ///
    /// The new key has an identity of its own, `NAME@2`, `NAME@3` and so on, which no device can be named, and the device for
    /// its holder: a server finds one key by an identity, so that old and new cannot share one.
    ///
    /// - Parameters:
    ///   - name: the device's name.
    ///   - kinds: what to replace, of what the device has.
    ///   - overlap: for how many seconds the old ones stay good, 0 to a year.
    ///   - days: for how many days the new ones are good, 1 to 36,500; nil means two years, and no end for a key whose
    ///     predecessor had none.
    /// - Throws: `CoAPError`: `invalidArgument` for a bad name or number; `invalidCredentials` when the device has nothing to
    ///   replace; `fileUnavailable`.
    public func rotateDevice(
        named name: String, _ kinds: CredentialKinds = .both, overlap: Int64 = 7 * 86_400, days: Int? = nil
    ) throws(CoAPError) -> RotationReport {
        try Self.checkName(name)
        try Self.checkDays(days)
        guard Self.overlapRange.contains(overlap) else {
            throw CoAPError(.invalidArgument, "old credentials can stay good for 0 seconds to 366 days")
        }
        var (report, isBehind) = try changing { (draft) throws(CoAPError) in
            let end = draft.now + overlap
            var report = RotationReport(oldUntil: end)
            let keys = draft.keys.keys.filter { $0.holder == Array(name.utf8) }
            let hasKey = kinds.contains(.preSharedKey) && !keys.isEmpty
            // One whose file was moved to the device stands all the same.
            let hasCertificate =
                kinds.contains(.certificate)
                && (FileWriter.exists(certificatePath(ofDevice: name))
                    || draft.register.certificates.contains { $0.device == name && $0.isGood(at: draft.now) })
            guard draft.register.revocation(of: name) == nil, hasKey || hasCertificate else {
                throw nothing(of: name, draft)
            }
            // Those that have run out, or end now, make room.
            let dropped = keys.count { !$0.isGood(at: draft.now) || end <= draft.now }
            if hasKey { try draft.keys.requireRoom(for: 1 - dropped) }
            if hasCertificate {
                try rotateCertificate(of: name, until: end, days: days, &draft)
                report.certificatePath = certificatePath(ofDevice: name)
            }
            if hasKey { report.identity = try rotateKey(of: name, keys, until: end, days: days, &draft) }
            return report
        }
        report.isListBehind = isBehind
        return report
    }

    private func rotateKey(
        of name: String, _ old: [PreSharedKey], until end: Int64, days: Int?, _ draft: inout FolderDraft
    ) throws(CoAPError) -> String {
        let now = draft.now
        let identity = Self.nextIdentity(of: name, old, beside: draft.keys.keys)
        let hadEnd = old.last?.notAfter != nil
        let lifetime = days.map { Int64($0) * Contents.day } ?? (hadEnd ? Self.leafValidity : nil)
        let new = try Self.randomKey(identity: identity, holder: name, notAfter: lifetime.map { now + $0 })
        var keys: [PreSharedKey] = []
        for key in draft.keys.keys {
            guard key.holder == Array(name.utf8) else {
                keys.append(key)
                continue
            }
            // What has run out or is to end now has no place any more.
            guard key.isGood(at: now), end > now else { continue }
            keys.append(
                try PreSharedKey(
                    identity: key.identity, key: key.key, holder: key.holder, notAfter: min(key.notAfter ?? end, end)))
        }
        draft.keys.keys = keys + [new]
        return identity
    }

    /// The identity behind the newest one a device has had.
    private static func nextIdentity(
        of name: String, _ old: [PreSharedKey], beside all: [PreSharedKey]
    ) -> String {
        let mark = "\(name)@"
        let numbers = old.compactMap { key -> Int? in
            let identity = String(decoding: key.identity, as: UTF8.self)
            return identity.hasPrefix(mark) ? Int(identity.dropFirst(mark.count)) : nil
        }
        var number = max(1, numbers.max() ?? 1) &+ 1
        // Only a hand that wrote the file can have taken it.
        let taken = Set(all.flatMap { [$0.identity, $0.holder] })
        while taken.contains(Array("\(mark)\(number)".utf8)) { number &+= 1 }
        return "\(mark)\(number)"
    }

    private func rotateCertificate(
        of name: String, until end: Int64, days: Int?, _ draft: inout FolderDraft
    ) throws(CoAPError) {
        try adoptCertificate(of: name, into: &draft)
        let authority = try loadAuthority()
        let contents = try Self.contents(ofDevice: name, days: days).ending(with: authority, of: self)
        let key = try PrivateKey()
        let certificate = try authority.issue(contents, for: key)
        _ = draft.register.retire(name, until: end, now: draft.now)
        try draft.register.add(certificate, of: name)
        // Cut short between the two, the next rotation makes them anew.
        try FileWriter.write(try key.pem(), to: keyPath(ofDevice: name), replaces: true)
        try FileWriter.write(try certificate.pem(), to: certificatePath(ofDevice: name), replaces: true)
    }

    /// Why there is nothing to replace or revoke.
    func nothing(of name: String, _ draft: FolderDraft) -> CoAPError {
        if let day = draft.register.revocation(of: name) {
            return CoAPError(
                .invalidCredentials,
                "'\(name)' was revoked on \(CalendarDate(day)); new credentials are made by: coap keys add \(name) "
                    + "--again\(option)")
        }
        if outsideAuthorities.contains(name) {
            return CoAPError(
                .invalidCredentials,
                "'\(name)' was imported; take it back with: rm \(ShellText.quoted("\(authoritiesPath)/\(name).pem"))")
        }
        let advice =
            ["server", "authority"].contains(name)
            ? "if you mean the \(name) itself: coap keys rotate --\(name)\(option)" : "see: coap keys list\(option)"
        return CoAPError(
            .invalidCredentials,
            "\(PrintableText.escaped(path.utf8)): there is nothing of that kind for '\(name)'; \(advice)")
    }
}

extension CertificateAuthority.Contents {
    /// The same, but good no longer than its authority.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials` when the authority's certificate has expired.
    func ending(with authority: CertificateAuthority, of folder: KeyFolder) throws(CoAPError) -> Self {
        let end = try authority.certificate.validity().notAfter
        guard notBefore < end else {
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(folder.certificateAuthorityPath.utf8)): the authority's certificate expired on "
                    + "\(CalendarDate(end)); make a new one with: coap keys rotate --authority\(folder.option)")
        }
        var contents = self
        contents.notAfter = min(notAfter, end)
        return contents
    }
}
