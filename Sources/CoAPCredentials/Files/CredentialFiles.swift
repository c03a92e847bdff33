// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Glibc

/// Reads credentials from files; every error names the file and says what to do.
public enum CredentialFiles {
    /// The largest file that is read: 16 MiB, which holds 100,000 pre-shared keys.
    static let maximumSize = 16 << 20

    /// Reads a file that only its owner may read.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable` when it cannot be read, is no plain file, is over 16 MiB, or others
    ///   may read it; the message says which command mends that.
    public static func secret(at path: String) throws(CoAPError) -> Secret {
        var bytes = try read(path, isSecret: true)
        defer { bytes.withUnsafeMutableBytes { if let base = $0.baseAddress { explicit_bzero(base, $0.count) } } }
        return Secret(bytes)
    }

    /// Reads a file that anybody may read.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable` when it cannot be read, is no plain file or over 16 MiB.
    public static func contents(at path: String) throws(CoAPError) -> [UInt8] { try read(path, isSecret: false) }

    /// Reads a certificate with its chain, and its private key.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable` as above, `invalidCredentials` when one is not PEM, they do not belong
    ///   together, or the certificate has expired.
    public static func certificateCredential(
        certificatePath: String, keyPath: String
    ) throws(CoAPError) -> CertificateCredential {
        let certificate = try contents(at: certificatePath)
        let key = try secret(at: keyPath)
        let issued = try IssuedCertificate(pem: certificate, name: certificatePath)
        let validity = try issued.validity()
        let now = Int64(time(nil))
        guard now <= validity.upperBound else {
            throw CoAPError(
                .invalidCredentials,
                "\(certificatePath): the certificate expired on \(CalendarDate(validity.upperBound)); have a new one made"
            )
        }
        guard issued.belongs(to: try PrivateKey(pem: key, name: keyPath)) else {
            throw CoAPError(
                .invalidCredentials,
                "\(keyPath): this key does not belong to the certificate \(certificatePath); give the key it was made for"
            )
        }
        return try named("\(certificatePath), \(keyPath)") { () throws(CoAPError) in
            try CertificateCredential(certificatePEM: certificate, privateKeyPEM: key)
        }
    }

    /// Reads the certificates of authorities, and their revocation lists if they are in the same file.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable` as above, `invalidCredentials` when there is no certificate in it.
    public static func trustAnchors(at path: String) throws(CoAPError) -> TrustAnchors {
        let pem = try contents(at: path)
        return try named(path) { () throws(CoAPError) in try TrustAnchors(pem: pem) }
    }

    /// Puts a file's name before an error's message.
    static func named<Value>(_ name: String, _ body: () throws(CoAPError) -> Value) throws(CoAPError) -> Value {
        do {
            return try body()
        } catch {
            throw CoAPError(error.code, "\(name): \(error.message)", cause: error.cause)
        }
    }

    private static func read(_ path: String, isSecret: Bool) throws(CoAPError) -> [UInt8] {
        // Not blocking, so that a pipe in the file's place is refused instead of waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unavailable(path, "cannot be read: \(reason(errno))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw unavailable(path, "is not a plain file; name the file itself")
        }
        if isSecret, status.st_mode & 0o077 != 0 {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw unavailable(path, "others may read this secret (mode 0\(mode)); run: chmod 600 \(path)")
        }
        guard status.st_size <= maximumSize else { throw unavailable(path, "is larger than 16 MiB") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unavailable(path, "cannot be read: \(reason(errno))") }
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    static func unavailable(_ path: String, _ what: String) -> CoAPError {
        CoAPError(.fileUnavailable, "\(PrintableText.escaped(path.utf8)): \(what)")
    }

    static func reason(_ number: Int32) -> String {
        switch number {
        case ENOENT: "there is no such file; check the path"
        case EACCES, EPERM: "you have no right to; run as its owner"
        case EISDIR: "it is a folder"
        default: String(cString: strerror(number))
        }
    }
}
