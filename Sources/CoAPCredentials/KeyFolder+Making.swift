// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
public import CoAP
import Glibc

extension KeyFolder {
    typealias Contents = CertificateAuthority.Contents
    static let leafValidity = 730 * Contents.day

    /// Makes what is missing and leaves alone what is there.
    ///
    /// The first device's certificate is made only along with the authority's: one that was moved away or revoked later does
    /// not come back.
    ///
    /// - Parameters:
    ///   - hostNames: the names and IP addresses of the server besides `localhost`, `127.0.0.1` and `::1`; this host's own name
    ///     unless given.
    ///   - newRegister: true makes a register of what is in the folder where it was lost: who was revoked is then let in again
    ///     by a key that is there, unless named here or a certificate of theirs is there too and on the revocation list.
    ///   - revoked: the devices that the new register calls revoked from its first moment on; what they have here is taken from
    ///     them as by ``revokeDevice(named:)``. They need not have anything.
    /// - Throws: `CoAPError`: `fileUnavailable` when a file cannot be read or written, the register was lost, or others may enter
    ///   the folder, read a secret or change whom to believe; `invalidCredentials` when what is there cannot be completed, such as certificates
    ///   whose authority is gone; `invalidArgument` for a host name that is none, and for devices that are to be revoked where
    ///   no register is made.
    @discardableResult
    public func initialize(
        hostNames: [String] = [KeyFolder.hostName].compactMap { $0 }, newRegister: Bool = false,
        revoked: [String] = []
    ) throws(CoAPError) -> InitializationReport {
        let names = try Self.serverNames(hostNames)
        for name in revoked { try Self.checkName(name) }
        try FileWriter.makeFolder(path)
        var report = try complete(names, newRegister: newRegister, revoked: revoked)
        // Refused already; their keys and files go, and the list is made.
        for name in revoked where try revokeDevice(named: name).isListBehind { report.isListBehind = true }
        return report
    }

    private func complete(
        _ names: (common: String, alternative: [String]), newRegister: Bool, revoked: [String]
    ) throws(CoAPError) -> InitializationReport {
        try FolderLock.holding(path) { () throws(CoAPError) in
            try FileWriter.makeFolder(devicesPath)
            try checkModes()
            // Where nothing can be written, readers find what waits.
            try? finishReplacing()
            var report = InitializationReport()
            let isMade = newRegister && isRegisterLost
            guard isMade || revoked.isEmpty else {
                throw CoAPError(
                    .invalidArgument,
                    "\(PrintableText.escaped(registerPath.utf8)): no register is made, so that nobody was revoked; do it with: "
                        + "coap keys revoke NAME\(option)")
            }
            if isMade {
                let made = try remadeRegister(revoking: revoked, now: Int64(time(nil)))
                try write(made)
                report.add(registerPath, "register of devices, \(made.summary)", created: true)
            }
            let before = try register()
            var register = before
            let isRevoked = register.revocation(of: Self.firstDevice) != nil
            let isFirstRun =
                FileWriter.isMissing(certificateAuthorityPath)
                || FileWriter.isMissing(preSharedKeysPath) && FileWriter.isMissing(registerPath)
                    && certifiedDevices.isEmpty
            let authority = try authority(&report)
            try pair(
                serverCertificatePath, serverKeyPath, "certificate of the server",
                Contents(
                    name: names.common, role: .server, alternativeNames: names.alternative,
                    validFor: Self.leafValidity), authority, isKeyNeeded: true, &report)
            let path = certificatePath(ofDevice: Self.firstDevice)
            if FileWriter.exists(path) || isFirstRun && !isRevoked {
                try deviceCertificate(Self.firstDevice, days: nil, authority, &report)
            }
            if FileWriter.exists(path), !isRevoked, !report.changedNothing {
                try register.add(
                    try IssuedCertificate(pem: try CredentialFiles.contents(at: path), name: path), of: Self.firstDevice
                )
            }
            try write(register, over: before)
            // Last: what is there without keys was cut short.
            if FileWriter.exists(preSharedKeysPath) {
                // Read, so that what is wrong with it is said now.
                _ = try preSharedKeys()
                report.add(preSharedKeysPath, "pre-shared keys", created: false)
            } else {
                let file = PreSharedKeyFile(isRevoked ? [] : [try Self.randomKey(identity: Self.firstDevice)])
                try FileWriter.write(try file.encoded(), to: preSharedKeysPath)
                let whose = isRevoked ? "none yet" : "one for \(Self.firstDevice)"
                report.add(preSharedKeysPath, "pre-shared keys, \(whose)", created: true)
            }
            return report
        }
    }

    /// The folder's authority, made now if there is none and nothing was signed by another.
    private func authority(
        _ report: inout InitializationReport
    ) throws(CoAPError) -> () throws(CoAPError) -> CertificateAuthority {
        let hasCertificate = FileWriter.exists(certificateAuthorityPath)
        let hasKey = FileWriter.exists(authorityKeyPath)
        guard !hasCertificate else {
            report.add(certificateAuthorityPath, "certificate of the authority", created: false)
            if hasKey { report.add(authorityKeyPath, "its private key", created: false) }
            // The authority's key may be kept elsewhere as long as nothing has to be signed.
            return { () throws(CoAPError) in try self.loadAuthority() }
        }
        let signed =
            FileWriter.exists(serverCertificatePath)
            ? serverCertificatePath : certifiedDevices.first.map { certificatePath(ofDevice: $0) }
        if let signed {
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(certificateAuthorityPath.utf8)) is missing, and "
                    + "\(PrintableText.escaped(signed.utf8)) was signed by it: put ca.pem and ca.key back, or move the "
                    + "old certificates and their keys away to have new ones made")
        }
        let key = try key(at: authorityKeyPath, isThere: hasKey)
        let made = try newAuthority(key, validFor: Contents.tenYears)
        if !hasKey { try FileWriter.write(try key.pem(), to: authorityKeyPath) }
        try FileWriter.write(try made.certificatePEM(), to: certificateAuthorityPath)
        report.add(certificateAuthorityPath, "certificate of the authority", created: true)
        report.add(authorityKeyPath, "its private key", created: !hasKey)
        return { () throws(CoAPError) in made }
    }

    /// An authority with a name of its own.
    func newAuthority(_ key: PrivateKey, validFor seconds: Int64) throws(CoAPError) -> CertificateAuthority {
        try CertificateAuthority(
            Contents(
                name: "swift-coap authority \(Hexadecimal.encode(try Self.randomBytes(4)))", role: .authority,
                validFor: seconds), key: key)
    }

    /// Makes a certificate, and a key for it unless there is one, unless both are there.
    ///
    /// - Parameter isKeyNeeded: false where a certificate without its key is whole, as the key of a device that was moved to it.
    func pair(
        _ certificatePath: String, _ keyPath: String, _ purpose: String, _ contents: CertificateAuthority.Contents,
        _ authority: () throws(CoAPError) -> CertificateAuthority, isKeyNeeded: Bool,
        _ report: inout InitializationReport
    ) throws(CoAPError) {
        let hasCertificate = FileWriter.exists(certificatePath)
        let hasKey = FileWriter.exists(keyPath)
        guard hasKey || !hasCertificate || !isKeyNeeded else {
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(certificatePath.utf8)) is there and its key \(PrintableText.escaped(keyPath.utf8)) "
                    + "is not: put the key back, or move the certificate away to have both made anew")
        }
        if !hasCertificate {
            let authority = try authority()
            let contents = try contents.ending(with: authority, of: self)
            let key = try key(at: keyPath, isThere: hasKey)
            let certificate = try authority.issue(contents, for: key).pem()
            if !hasKey { try FileWriter.write(try key.pem(), to: keyPath) }
            try FileWriter.write(certificate, to: certificatePath)
        }
        report.add(certificatePath, purpose, created: !hasCertificate)
        if hasKey || !hasCertificate { report.add(keyPath, "its private key", created: !hasKey) }
    }

    /// The key of a file, or a new one.
    private func key(at path: String, isThere: Bool) throws(CoAPError) -> PrivateKey {
        isThere ? try PrivateKey(pem: try CredentialFiles.secret(at: path), name: path) : try PrivateKey()
    }

    /// A key of 16 letters and digits, 95 bits: constrained peers take no more than 16 bytes, and other programs take keys as
    /// text only.
    static func randomKey(
        identity: String, holder: String? = nil, notAfter: Int64? = nil
    ) throws(CoAPError) -> PreSharedKey {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var key: [UInt8] = []
        key.reserveCapacity(16)
        defer { key.wipe() }
        while key.count < 16 {
            // Bytes that would favour some characters are thrown away.
            let byte = Int(try randomBytes(1)[0])
            if byte < 256 / alphabet.count * alphabet.count { key.append(alphabet[byte % alphabet.count]) }
        }
        return try PreSharedKey(identity: identity, key: Secret(key), holder: holder, notAfter: notAfter)
    }

    private static func randomBytes(_ count: Int) throws(CoAPError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(clamping: count)) == 1 else { throw .libcrypto("there are no random bytes") }
        return bytes
    }
}

extension InitializationReport {
    mutating func add(_ path: String, _ purpose: String, created: Bool) {
        items.append(Item(path: path, purpose: purpose, wasCreated: created))
    }
}
