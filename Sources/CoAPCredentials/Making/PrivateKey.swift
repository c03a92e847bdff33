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

    /// Reads a key from PEM text.
    init(pem: Secret, name: String) throws(CoAPError) {
        let key: OpaquePointer? = pem.withBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(bio) }
            var passphrase: CChar = 0
            return PEM_read_bio_PrivateKey(bio, nil, nil, &passphrase)
        }
        guard let key else {
            ERR_clear_error()
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(name.utf8)): this is not a PEM private key without passphrase; "
                    + "'openssl pkey -in FILE -out NEWFILE' removes one")
        }
        pointer = key
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
