// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Glibc

extension KeyFolder {
    /// Gives the server a new key and a certificate for it, in the place of those it has.
    ///
    /// A running server shows it in the handshakes that begin from then on; no session ends. When this is cut short, the old pair
    /// is good or the new one. While an old authority is believed beside the present one, the one that signed the certificate
    /// before signs the new one, so that clients which know only the old one go on believing the server.
    ///
    /// - Parameters:
    ///   - hostNames: the names and IP addresses of the server besides `localhost`, `127.0.0.1` and `::1`; those of the present
    ///     certificate when nil, which must all be such.
    ///   - days: for how many days it is good, 1 to 36,500, but no longer than its authority; nil means two years.
    ///   - isMoved: true has the present authority sign it, whoever signed the one before.
    /// - Throws: `CoAPError`: `invalidArgument` for a host name that is none or a bad number; `invalidCredentials` when another
    ///   authority signed the present certificate, its own authority's has expired, or it has names that a new one cannot have;
    ///   `fileUnavailable` when there is no certificate, the authority's key is not here, or the register was lost.
    public func rotateServer(
        hostNames: [String]? = nil, days: Int? = nil, movingToNewAuthority isMoved: Bool = false
    ) throws(CoAPError) -> ServerRotationReport {
        try Self.checkDays(days)
        // Before anything is read, so that a bad name is said first.
        var given: (common: String, alternative: [String])?
        if let hostNames { given = try Self.serverNames(hostNames) }
        try require(certificateAuthorityPath, else: initCommand)
        try require(serverCertificatePath, else: initCommand)
        return try FolderLock.holding(path) { () throws(CoAPError) in
            try checkModes()
            let register = try register()
            try finishReplacing()
            try FileWriter.removeUnfinished(in: path)
            let now = Int64(time(nil))
            let pem = try CredentialFiles.contents(at: serverCertificatePath)
            let present = try IssuedCertificate(pem: pem, name: serverCertificatePath)
            let authorities = try ownAuthorities()
            let old = Self.old(among: authorities)
            let before = try signer(of: present, among: [authorities[0]] + old)
            let hasEnded = try before.validity().notAfter < now
            // Nobody believes an authority that has expired.
            let signer = isMoved || hasEnded ? authorities[0] : before
            let names: (common: String, alternative: [String])
            if let given {
                names = given
            } else {
                names = try Self.serverNames(try keptHostNames(of: try present.summary()))
            }
            let authority = try loadAuthority(signer)
            let wanted = Contents(
                name: names.common, role: .server, alternativeNames: names.alternative,
                validFor: days.map { Int64($0) * Contents.day } ?? Self.leafValidity)
            let contents = try wanted.ending(with: authority, of: self)
            let key = try PrivateKey()
            let made = try authority.issue(contents, for: key)
            // Clients that only know the authority at the top need those in between.
            let chain =
                signer === before
                ? Array(IssuedCertificate.all(in: pem).dropFirst()) : Self.belowTop(signer, among: authorities)
            var chainPEM: [UInt8] = []
            for certificate in [made] + chain { chainPEM += try certificate.pem() }
            try replacePair(chainPEM, at: serverCertificatePath, try key.pem(), at: serverKeyPath)
            let devices = old.flatMap { self.devices(of: $0, among: authorities, register, now: now) }
            return ServerRotationReport(
                certificatePath: serverCertificatePath, hostNames: Self.hostNames(of: try made.summary()),
                notAfter: contents.notAfter, isCutShort: contents.notAfter < wanted.notAfter,
                isOfOldAuthority: signer !== authorities[0], hasMoved: signer !== before,
                devicesOfOldAuthority: Set(devices).sorted())
        }
    }

    private func signer(
        of certificate: IssuedCertificate, among authorities: [IssuedCertificate]
    ) throws(CoAPError) -> IssuedCertificate {
        if let signer = authorities.first(where: { $0.mayHaveSigned(certificate) }) { return signer }
        let files = "\(ShellText.quoted(serverCertificatePath)) \(ShellText.quoted(serverKeyPath))"
        throw CoAPError(
            .invalidCredentials,
            "\(PrintableText.escaped(serverCertificatePath.utf8)): another authority than this folder's signed it, which has to "
                + "renew it; or have this one sign: rm \(files) && \(initCommand)")
    }

    /// An authority and those above it, without the one at the top, which signed itself.
    private static func belowTop(
        _ authority: IssuedCertificate, among all: [IssuedCertificate]
    ) -> [IssuedCertificate] {
        var (chain, top) = ([IssuedCertificate](), authority)
        while !top.mayHaveSigned(top), chain.count < all.count {
            chain.append(top)
            guard let next = all.first(where: { $0.mayHaveSigned(top) }) else { break }
            top = next
        }
        return chain
    }

    /// The names and addresses that a certificate is for, when a new one can have them all.
    private func keptHostNames(of summary: CertificateSummary) throws(CoAPError) -> [String] {
        let kept = Self.hostNames(of: summary)
        guard !kept.isEmpty, kept.count == summary.alternativeNames.count, kept.allSatisfy(Self.isHost) else {
            let what =
                summary.alternativeNames.isEmpty
                ? "the certificate has no host name besides its subject's"
                : "the certificate has names that are neither a host's nor an IP address"
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(serverCertificatePath.utf8)): \(what), and a new one would be for others; name the hosts "
                    + "with --host: coap keys rotate --server --host NAME\(option)")
        }
        return kept
    }

    /// The names and addresses that a certificate is for.
    private static func hostNames(of summary: CertificateSummary) -> [String] {
        summary.alternativeNames.compactMap { name in
            switch name {
            case .dns(let host): host
            case .ip(let bytes): address(bytes)
            case .uri, .email: nil
            }
        }
    }

    private static func address(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else {
            return nil
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
