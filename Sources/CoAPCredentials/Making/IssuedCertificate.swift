// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import CoAP

/// A certificate that was made here or read from PEM text.
final class IssuedCertificate {
    let pointer: OpaquePointer

    /// Takes over a reference.
    init(adopting pointer: OpaquePointer) { self.pointer = pointer }

    /// Reads the first certificate of a PEM text.
    init(pem: [UInt8], name: String) throws(CoAPError) {
        let bio = BIO_new_mem_buf(pem, Int32(clamping: pem.count))
        defer { BIO_free(bio) }
        guard let bio, let certificate = PEM_read_bio_X509(bio, nil, nil, nil) else {
            ERR_clear_error()
            throw CoAPError(
                .invalidCredentials,
                "\(name): there is no PEM certificate in it; it must contain '-----BEGIN CERTIFICATE-----'")
        }
        pointer = certificate
    }

    deinit { X509_free(pointer) }

    /// The certificate as PEM text.
    func pem() throws(CoAPError) -> [UInt8] {
        var length = 0
        guard let text = ccoap_x509_pem(pointer, &length) else { throw .libcrypto("cannot write a certificate") }
        defer { ccoap_pem_free(text, length) }
        return Array(UnsafeRawBufferPointer(start: text, count: length))
    }

    /// From when to when it is valid, in seconds since 1970.
    func validity() throws(CoAPError) -> ClosedRange<Int64> {
        var from: Int64 = 0
        var to: Int64 = 0
        guard ccoap_x509_validity(pointer, &from, &to) == 1, from <= to else {
            throw .libcrypto("cannot read a certificate's dates")
        }
        return from...to
    }

    /// True when it certifies this key.
    func belongs(to key: PrivateKey) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_private_key(pointer, key.pointer) == 1
    }

    /// True when it was signed by this authority's key.
    func isSigned(by authority: IssuedCertificate) -> Bool {
        defer { ERR_clear_error() }
        guard let key = X509_get0_pubkey(authority.pointer) else { return false }
        return X509_verify(pointer, key) == 1
    }
}
