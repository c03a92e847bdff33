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
    ///     certificate when nil.
    ///   - days: for how many days it is good, 1 to 36,500, but no longer than its authority; nil means two years.
    ///   - isMoved: true has the present authority sign it, whoever signed the one before.
    /// - Throws: `CoAPError`: `invalidArgument` for a host name that is none or a bad number; `invalidCredentials` when another
    ///   authority signed the present certificate, or its own authority's has expired; `fileUnavailable` when there is no
    ///   certificate, or the authority's key is not here.
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
            try finishReplacing()
            try FileWriter.removeUnfinished(in: path)
            let now = Int64(time(nil))
            let present = try IssuedCertificate(
                pem: try CredentialFiles.contents(at: serverCertificatePath), name: serverCertificatePath)
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
                names = try Self.serverNames(Self.hostNames(of: try present.summary()))
            }
            let authority = try loadAuthority(signer)
            let wanted = Contents(
                name: names.common, role: .server, alternativeNames: names.alternative,
                validFor: days.map { Int64($0) * Contents.day } ?? Self.leafValidity)
            let contents = try wanted.ending(with: authority, of: self)
            let key = try PrivateKey()
            let made = try authority.issue(contents, for: key)
            try replacePair(
                try made.pem(), at: serverCertificatePath, try key.pem(), at: serverKeyPath)
            let register = try? DeviceRegister(path: registerPath)
            let devices = old.flatMap { authority in
                register.map { self.devices(of: authority, among: authorities, $0, now: now) } ?? []
            }
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
