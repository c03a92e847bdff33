// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Glibc

/// Reads credentials from files; every error names the file and says what to do.
public enum CredentialFiles {
    /// A shorter pre-shared key can be guessed: 8 bytes.
    package static let minimumKeyLength = 8

    /// The largest key or certificate file that is read: 1 MiB.
    static let maximumSize = 1 << 20

    /// Reads a file that only its owner may read.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable` when it cannot be read, is no plain file, is over 1 MiB, or others
    ///   may read it; the message says which command mends that.
    public static func secret(at path: String) throws(CoAPError) -> Secret {
        try secret(at: path, maximumSize: maximumSize)
    }

    static func secret(at path: String, maximumSize: Int) throws(CoAPError) -> Secret {
        var bytes = try read(path, isSecret: true, maximumSize: maximumSize)
        defer { bytes.wipe() }
        return Secret(bytes)
    }

    /// Reads a file that anybody may read.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable` when it cannot be read, is no plain file or over 1 MiB.
    public static func contents(at path: String) throws(CoAPError) -> [UInt8] {
        try contents(at: path, maximumSize: maximumSize)
    }

    static func contents(at path: String, maximumSize: Int) throws(CoAPError) -> [UInt8] {
        try read(path, isSecret: false, maximumSize: maximumSize)
    }

    /// Reads a file that decides who is believed, or who may do what.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable` as above, and when everybody may write to it.
    package static func authority(at path: String) throws(CoAPError) -> [UInt8] {
        // Whoever can write to it decides in its stead.
        try requireMode(of: path, without: 0o002, else: "writable by others", mending: "chmod go-w")
        return try contents(at: path)
    }

    /// What the first certificate of a file says, whether or not it has expired.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable` as above, `invalidCredentials` when there is no certificate in it.
    public static func certificateSummary(at path: String) throws(CoAPError) -> CertificateSummary {
        try IssuedCertificate(pem: try contents(at: path), name: path).summary()
    }

    /// Reads a certificate with its chain, and its private key.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable` as above, `invalidCredentials` when one is not PEM, they do not belong
    ///   together, or the certificate has expired or is not valid yet.
    public static func certificateCredential(
        certificatePath: String, keyPath: String
    ) throws(CoAPError) -> CertificateCredential {
        try certificateCredential(
            certificatePath: certificatePath, keyPath: keyPath,
            renewal: "make a new one with its authority, such as 'coap keys add NAME'")
    }

    /// As above; `renewal` tells a person how to replace an expired certificate.
    static func certificateCredential(
        certificatePath: String, keyPath: String, renewal: String
    ) throws(CoAPError) -> CertificateCredential {
        let certificate = try contents(at: certificatePath)
        let key = try secret(at: keyPath)
        let issued = try IssuedCertificate(pem: certificate, name: certificatePath)
        let validity = try issued.validity()
        let now = Int64(time(nil))
        let shown = PrintableText.escaped(certificatePath.utf8)
        guard now <= validity.notAfter else {
            throw CoAPError(
                .invalidCredentials,
                "\(shown): the certificate expired on \(CalendarDate(validity.notAfter)); \(renewal)")
        }
        guard now >= validity.notBefore else {
            throw CoAPError(
                .invalidCredentials,
                "\(shown): the certificate is not valid before \(CalendarDate(validity.notBefore)); check this host's clock"
            )
        }
        let privateKey = try PrivateKey(pem: key, name: keyPath)
        try privateKey.requireSupport(name: keyPath)
        guard issued.belongs(to: privateKey) else {
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(keyPath.utf8)): this key does not belong to the certificate \(shown); give the key "
                    + "it was made for")
        }
        return try named("\(shown), \(PrintableText.escaped(keyPath.utf8))") { () throws(CoAPError) in
            try CertificateCredential(certificatePEM: certificate, privateKeyPEM: key)
        }
    }

    /// Reads the certificates of authorities, and their revocation lists if they are in the same file.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable` as above and when everybody may write to it, `invalidCredentials` when there
    ///   is no certificate in it.
    public static func trustAnchors(at path: String) throws(CoAPError) -> TrustAnchors {
        let pem = try authority(at: path)
        return try named(PrintableText.escaped(path.utf8)) { () throws(CoAPError) in try TrustAnchors(pem: pem) }
    }

    /// Puts a file's name before an error's message.
    static func named<Value>(_ name: String, _ body: () throws(CoAPError) -> Value) throws(CoAPError) -> Value {
        do {
            return try body()
        } catch {
            throw CoAPError(error.code, "\(name): \(error.message)", cause: error.cause)
        }
    }

    private static func read(_ path: String, isSecret: Bool, maximumSize: Int) throws(CoAPError) -> [UInt8] {
        // Not blocking, so that a pipe in the file's place is refused instead of waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw unavailable(path, "cannot be read: \(reason(errno))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw unavailable(path, "is not a plain file; name the file itself")
        }
        if isSecret, status.st_mode & 0o077 != 0 {
            throw unavailable(
                path, "readable by others (mode \(octal(status.st_mode))); run: chmod 600 \(ShellText.quoted(path))")
        }
        guard status.st_size <= maximumSize else {
            throw unavailable(path, "is larger than \(maximumSize >> 20) MiB; check that it is the right file")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let number = errno
                bytes.wipe()
                throw unavailable(path, "cannot be read: \(reason(number))")
            }
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// Refuses a file whose mode gives away what it should not; one that is not there is left to its reader.
    static func requireMode(
        of path: String, without bits: mode_t, else what: String, mending command: String
    ) throws(CoAPError) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & bits != 0 else { return }
        throw unavailable(path, "\(what) (mode \(octal(status.st_mode))); run: \(command) \(ShellText.quoted(path))")
    }

    /// Refuses a secret that others may read, without reading it.
    static func requireSecrecy(of path: String) throws(CoAPError) {
        try requireMode(of: path, without: 0o077, else: "readable by others", mending: "chmod 600")
    }

    static func unavailable(_ path: String, _ what: String) -> CoAPError {
        CoAPError(.fileUnavailable, "\(PrintableText.escaped(path.utf8)): \(what)")
    }

    /// A file's permissions as chmod takes them, `0644`.
    static func octal(_ mode: mode_t) -> String {
        let digits = String(mode & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    static func reason(_ number: Int32) -> String {
        switch number {
        case ENOENT: "there is no such file; check the path"
        case EACCES, EPERM: "you have no right to; run as its owner"
        case EROFS: "the file system is read-only"
        case EISDIR: "it is a folder"
        default: String(cString: strerror(number))
        }
    }
}
