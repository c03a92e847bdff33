// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Glibc

/// A folder with the credentials of a server and its devices: an authority, a server's certificate, pre-shared keys, and a
/// certificate for each device.
///
/// ```
/// ca.pem  ca.key                     the authority that signs all certificates here
/// server.pem  server.key             the server's certificate
/// psk.json                           the pre-shared keys
/// devices/NAME.pem  devices/NAME.key a device's certificate
/// ```
///
/// Secrets have mode 0600, folders 0700.
public struct KeyFolder: Sendable {
    /// The folder's path.
    public let path: String

    /// The name of the device that ``initialize(hostNames:)`` makes.
    public static let firstDevice = "device-1"

    /// A folder, which need not exist yet.
    public init(path: String = "keys") { self.path = path }

    /// The authority's certificate.
    public var certificateAuthorityPath: String { "\(path)/ca.pem" }
    /// The server's certificate.
    public var serverCertificatePath: String { "\(path)/server.pem" }
    /// The server's private key.
    public var serverKeyPath: String { "\(path)/server.key" }
    /// The pre-shared keys.
    public var preSharedKeysPath: String { "\(path)/psk.json" }
    /// A device's certificate.
    public func certificatePath(ofDevice name: String) -> String { "\(path)/devices/\(name).pem" }
    /// A device's private key.
    public func keyPath(ofDevice name: String) -> String { "\(path)/devices/\(name).key" }

    private var authorityKeyPath: String { "\(path)/ca.key" }
    private static let certificateDays: Int64 = 730

    // MARK: Making

    /// Makes what is missing and leaves alone what is there.
    ///
    /// - Parameter hostNames: the DNS names of the server besides `localhost`; this host's own name.
    /// - Throws: `CoAPError`: `fileUnavailable` when a file cannot be read or written, `invalidCredentials` when what is there
    ///   cannot be completed, such as certificates whose authority is gone.
    public func initialize(hostNames: [String] = [KeyFolder.hostName].compactMap { $0 }) throws(CoAPError)
        -> InitializationReport
    {
        try FileWriter.makeFolder(path)
        try FileWriter.makeFolder("\(path)/devices")
        var report = InitializationReport()
        let authority = try authority(&report)
        try pair(
            serverCertificatePath, serverKeyPath, "certificate of the server", &report
        ) { () throws(CoAPError) in
            let names = ["localhost"] + hostNames.filter { $0 != "localhost" && Self.isHostName($0) }
            return try authority().issue(
                .init(
                    name: names.first { $0 != "localhost" } ?? "localhost", role: .server,
                    alternativeNames: names.map { "DNS:\($0)" } + ["IP:127.0.0.1", "IP:::1"],
                    validFor: Self.certificateDays * CertificateAuthority.Contents.day))
        }
        if FileWriter.exists(preSharedKeysPath) {
            // Read, so that what is wrong with it is said now.
            _ = try preSharedKeys()
            report.add(preSharedKeysPath, "pre-shared keys", created: false)
        } else {
            let file = PreSharedKeyFile([try Self.randomKey(identity: Self.firstDevice)])
            try FileWriter.write(try file.encoded(), to: preSharedKeysPath)
            report.add(preSharedKeysPath, "pre-shared keys, one for \(Self.firstDevice)", created: true)
        }
        try deviceCertificate(Self.firstDevice, authority, &report)
        return report
    }

    /// Adds a device: a pre-shared key and a certificate, each unless it is there.
    ///
    /// - Throws: `CoAPError`: `invalidArgument` for a name with other characters than letters, digits, `.`, `_` and `-`, or over
    ///   64 of them; `fileUnavailable`, `invalidCredentials` as ``initialize(hostNames:)``.
    public func addDevice(named name: String) throws(CoAPError) -> InitializationReport {
        try Self.checkName(name)
        var report = InitializationReport()
        var file = try PreSharedKeyFile(path: preSharedKeysPath)
        if file.keys.contains(where: { $0.identity == Array(name.utf8) }) {
            report.add(preSharedKeysPath, "pre-shared key of \(name)", created: false)
        } else {
            file.add(try Self.randomKey(identity: name))
            try FileWriter.write(try file.encoded(), to: preSharedKeysPath, replaces: true)
            report.add(preSharedKeysPath, "pre-shared key of \(name)", created: true)
        }
        try FileWriter.makeFolder("\(path)/devices")
        try deviceCertificate(name, { () throws(CoAPError) in try self.loadAuthority() }, &report)
        return report
    }

    private func deviceCertificate(
        _ name: String, _ authority: () throws(CoAPError) -> CertificateAuthority, _ report: inout InitializationReport
    ) throws(CoAPError) {
        try pair(
            certificatePath(ofDevice: name), keyPath(ofDevice: name), "certificate of \(name)", &report
        ) { () throws(CoAPError) in
            try authority().issue(
                .init(
                    name: name, role: .client, alternativeNames: ["DNS:\(name)"],
                    validFor: Self.certificateDays * CertificateAuthority.Contents.day))
        }
    }

    /// The folder's authority, made now if there is none and nothing was signed by another.
    private func authority(
        _ report: inout InitializationReport
    ) throws(CoAPError) -> () throws(CoAPError) -> CertificateAuthority {
        let hasCertificate = FileWriter.exists(certificateAuthorityPath)
        let hasKey = FileWriter.exists(authorityKeyPath)
        if !hasCertificate, !hasKey {
            let first = [serverCertificatePath, certificatePath(ofDevice: Self.firstDevice)].first(
                where: FileWriter.exists)
            if let first {
                throw CoAPError(
                    .invalidCredentials,
                    "\(certificateAuthorityPath) is missing, and \(first) was signed by it: put ca.pem and ca.key back, or "
                        + "move the old certificates away to have new ones made")
            }
            let made = try CertificateAuthority()
            try FileWriter.write(try made.keyPEM(), to: authorityKeyPath)
            try FileWriter.write(try made.certificatePEM(), to: certificateAuthorityPath)
            report.add(certificateAuthorityPath, "certificate of the authority", created: true)
            report.add(authorityKeyPath, "its private key", created: true)
            return { () throws(CoAPError) in made }
        }
        guard hasCertificate else {
            throw CoAPError(
                .invalidCredentials, "\(certificateAuthorityPath) is missing, but its key is there: put the file back")
        }
        report.add(certificateAuthorityPath, "certificate of the authority", created: false)
        if hasKey { report.add(authorityKeyPath, "its private key", created: false) }
        // The authority's key may be kept elsewhere as long as nothing has to be signed.
        return { () throws(CoAPError) in try self.loadAuthority() }
    }

    private func loadAuthority() throws(CoAPError) -> CertificateAuthority {
        let certificate = try IssuedCertificate(
            pem: try CredentialFiles.contents(at: certificateAuthorityPath), name: certificateAuthorityPath)
        let key = try PrivateKey(pem: try CredentialFiles.secret(at: authorityKeyPath), name: authorityKeyPath)
        guard certificate.belongs(to: key) else {
            throw CoAPError(
                .invalidCredentials, "\(authorityKeyPath): this key does not belong to \(certificateAuthorityPath)")
        }
        return CertificateAuthority(certificate: certificate, key: key)
    }

    /// Makes a certificate and its key unless both are there.
    private func pair(
        _ certificatePath: String, _ keyPath: String, _ purpose: String, _ report: inout InitializationReport,
        _ make: () throws(CoAPError) -> (certificatePEM: [UInt8], keyPEM: Secret)
    ) throws(CoAPError) {
        let hasCertificate = FileWriter.exists(certificatePath)
        let hasKey = FileWriter.exists(keyPath)
        guard hasCertificate == hasKey else {
            let (there, missing) = hasCertificate ? (certificatePath, keyPath) : (keyPath, certificatePath)
            throw CoAPError(
                .invalidCredentials,
                "\(there) is there and \(missing) is not: put it back, or move the other away to have both made anew")
        }
        if !hasCertificate {
            let made = try make()
            try FileWriter.write(made.keyPEM, to: keyPath)
            try FileWriter.write(made.certificatePEM, to: certificatePath)
        }
        report.add(certificatePath, purpose, created: !hasCertificate)
        report.add(keyPath, "its private key", created: !hasCertificate)
    }

    // MARK: Reading

    /// Every pre-shared key of the folder.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable` when psk.json cannot be read or others may read it, `invalidCredentials` when an
    ///   entry makes no sense; the message names it.
    public func preSharedKeys() throws(CoAPError) -> [PreSharedKey] {
        try PreSharedKeyFile(path: preSharedKeysPath).keys
    }

    /// The pre-shared key of an identity.
    ///
    /// - Throws: as ``preSharedKeys()``, and `invalidCredentials` when the identity has no key; the message names those that
    ///   have.
    public func preSharedKey(identity: String) throws(CoAPError) -> PreSharedKey {
        let keys = try preSharedKeys()
        if let key = keys.first(where: { $0.identity == Array(identity.utf8) }) { return key }
        let known = keys.prefix(10).map { PrintableText.escaped($0.identity) }.joined(separator: ", ")
        throw CoAPError(
            .invalidCredentials,
            "\(preSharedKeysPath): there is no key for '\(PrintableText.escaped(identity.utf8))'; "
                + (known.isEmpty ? "there is none at all" : "there are keys for: \(known)"))
    }

    /// What a server needs: the pre-shared keys, its certificate, and the demand that peers with certificates have one of this
    /// folder's authority.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable`, `invalidCredentials`, with the file's name.
    public func serverSecurity() throws(CoAPError) -> ServerSecurity {
        ServerSecurity(
            preSharedKeys: try PreSharedKeyTable(try preSharedKeys()),
            certificate: try CredentialFiles.certificateCredential(
                certificatePath: serverCertificatePath, keyPath: serverKeyPath),
            clientAuthentication: .required(try trustAnchors()))
    }

    /// The folder's authority as whom to believe.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable`, `invalidCredentials`, with the file's name.
    public func trustAnchors() throws(CoAPError) -> TrustAnchors {
        try CredentialFiles.trustAnchors(at: certificateAuthorityPath)
    }

    /// A device's certificate and key.
    ///
    /// - Throws: `CoAPError`: `invalidArgument` for a name no device can have, `fileUnavailable`, `invalidCredentials`.
    public func deviceCredential(named name: String) throws(CoAPError) -> CertificateCredential {
        try Self.checkName(name)
        return try CredentialFiles.certificateCredential(
            certificatePath: certificatePath(ofDevice: name), keyPath: keyPath(ofDevice: name))
    }

    /// The devices the folder has a key or certificate for, by name.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable`, `invalidCredentials`, with the file's name.
    public func devices() throws(CoAPError) -> [DeviceSummary] {
        let keyed = Set(try preSharedKeys().map { String(decoding: $0.identity, as: UTF8.self) })
        var certified: Set<String> = []
        if let folder = opendir("\(path)/devices") {
            defer { closedir(folder) }
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name.hasSuffix(".pem"), !name.hasPrefix(".") { certified.insert(String(name.dropLast(4))) }
            }
        }
        var devices: [DeviceSummary] = []
        for name in keyed.union(certified).sorted() {
            var expiry: Int64?
            if certified.contains(name) {
                let file = certificatePath(ofDevice: name)
                expiry = try IssuedCertificate(pem: try CredentialFiles.contents(at: file), name: file).validity()
                    .upperBound
            }
            devices.append(
                DeviceSummary(name: name, hasPreSharedKey: keyed.contains(name), certificateExpiry: expiry))
        }
        return devices
    }

    // MARK: Names and keys

    /// This host's own name; nil when it is not one that a certificate can carry.
    public static var hostName: String? {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return nil }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).lowercased()
        return isHostName(name) ? name : nil
    }

    private static func isHostName(_ name: String) -> Bool {
        guard (1...253).contains(name.utf8.count) else { return false }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { isNameByte($0) && $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: ".") }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    private static func checkName(_ name: String) throws(CoAPError) {
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte), !name.hasPrefix("."),
            !name.hasPrefix("-")
        else {
            throw CoAPError(
                .invalidArgument,
                "'\(PrintableText.escaped(name.utf8))' cannot name a device: take 1 to 64 letters, digits, '.', '_' and '-', "
                    + "the first one a letter or digit")
        }
    }

    private static func randomKey(identity: String) throws(CoAPError) -> PreSharedKey {
        // The system's random source, 32 bytes.
        var generator = SystemRandomNumberGenerator()
        var bytes = [UInt8](repeating: 0, count: 32)
        for index in bytes.indices { bytes[index] = UInt8.random(in: .min ... .max, using: &generator) }
        defer { bytes.withUnsafeMutableBytes { if let base = $0.baseAddress { explicit_bzero(base, $0.count) } } }
        return try PreSharedKey(identity: identity, key: Secret(bytes))
    }
}

extension InitializationReport {
    fileprivate mutating func add(_ path: String, _ purpose: String, created: Bool) {
        items.append(Item(path: path, purpose: purpose, wasCreated: created))
    }
}
