// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import CoAP

/// A private key on P-256.
final class PrivateKey {
    let pointer: OpaquePointer

    /// Makes a key.
    init() throws(CoAPError) {
        guard let key = ccoap_key_make() else { throw .libcrypto("cannot make a private key") }
        pointer = key
    }

    /// Reads the first key of a PEM text.
    init(pem: Secret, name: String) throws(CoAPError) {
        let key: OpaquePointer? = pem.withBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(bio) }
            var passphrase: CChar = 0
            return PEM_read_bio_PrivateKey(bio, nil, nil, &passphrase)
        }
        guard let key else {
            ERR_clear_error()
            throw CoAPError(.invalidCredentials, "\(PrintableText.escaped(name.utf8)): \(Self.complaint(about: pem))")
        }
        pointer = key
    }

    private init(adopting pointer: OpaquePointer) { self.pointer = pointer }

    /// The key of a PEM text that belongs to a certificate, among up to 16; nil when none does.
    static func key(of certificate: IssuedCertificate, in pem: Secret) -> PrivateKey? {
        pem.withBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer {
                BIO_free(bio)
                ERR_clear_error()
            }
            var passphrase: CChar = 0
            for _ in 0..<16 {
                guard let pointer = PEM_read_bio_PrivateKey(bio, nil, nil, &passphrase) else { return nil }
                let key = PrivateKey(adopting: pointer)
                if certificate.belongs(to: key) { return key }
            }
            return nil
        }
    }

    /// What stands in a file that is no key this can read, and what to do about it.
    private static func complaint(about pem: Secret) -> String {
        pem.withBytes { bytes in
            guard !bytes.isEmpty else { return "the file is empty; a PEM private key is expected" }
            func contains(_ text: String) -> Bool { bytes.indices.contains { bytes[$0...].starts(with: text.utf8) } }
            if contains("ENCRYPTED") {
                return "the private key has a passphrase, and nobody is there to type it; "
                    + "'openssl pkey -in FILE -out NEWFILE' removes it"
            }
            if contains("PRIVATE KEY-----") { return "the PEM private key is damaged; copy it again from its origin" }
            if contains("-----BEGIN PUBLIC KEY") {
                return "this is a public key; give the private key, which begins with '-----BEGIN PRIVATE KEY-----'"
            }
            if contains("-----BEGIN CERTIFICATE") {
                return "this is a certificate; give its private key, which begins with '-----BEGIN PRIVATE KEY-----'"
            }
            // A DER sequence.
            if bytes.first == 0x30 {
                return "the key is in DER, not PEM; 'openssl pkey -inform DER -in FILE -out NEWFILE' converts it"
            }
            return "this is not a PEM private key, which begins with '-----BEGIN PRIVATE KEY-----'"
        }
    }

    /// Refuses a key that no handshake of this library could use.
    func requireSupport(name: String) throws(CoAPError) {
        var group = [CChar](repeating: 0, count: 64)
        var length = 0
        // RSA keys have no group.
        guard EVP_PKEY_get_group_name(pointer, &group, group.count, &length) == 1 else { return ERR_clear_error() }
        let curve = String(decoding: group.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard !["prime256v1", "secp384r1"].contains(curve) else { return }
        throw CoAPError(
            .invalidCredentials,
            "\(PrintableText.escaped(name.utf8)): keys on \(PrintableText.escaped(curve.utf8)) are not supported; take one on "
                + "P-256 or P-384, or RSA")
    }

    deinit { EVP_PKEY_free(pointer) }

    /// The key as PKCS#8 PEM.
    func pem() throws(CoAPError) -> Secret {
        var length = 0
        guard let text = ccoap_key_pem(pointer, &length) else { throw .libcrypto("cannot write a private key") }
        defer { ccoap_pem_free(text, length) }
        return Secret(UnsafeRawBufferPointer(start: text, count: length))
    }
}

extension CoAPError {
    /// A failure of libcrypto that has no cause a person could mend.
    static func libcrypto(_ what: String) -> CoAPError {
        let reason = ERR_reason_error_string(ERR_get_error()).map { String(cString: $0) }
        ERR_clear_error()
        return CoAPError(.internal, what, cause: reason)
    }
}
