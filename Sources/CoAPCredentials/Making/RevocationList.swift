// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import CoAP

/// A list of revoked certificates (RFC 5280 §5).
final class RevocationList {
    private let pointer: OpaquePointer

    /// Reads the first list of a PEM text.
    init(pem: [UInt8], name: String) throws(CoAPError) {
        let bio = BIO_new_mem_buf(pem, Int32(clamping: pem.count))
        defer { BIO_free(bio) }
        guard let bio, let list = PEM_read_bio_X509_CRL(bio, nil, nil, nil) else {
            ERR_clear_error()
            throw CoAPError(
                .invalidCredentials,
                "\(PrintableText.escaped(name.utf8)): there is no PEM revocation list in it; it must contain "
                    + "'-----BEGIN X509 CRL-----'")
        }
        pointer = list
    }

    /// Makes a list and signs it.
    ///
    /// - Parameters:
    ///   - number: larger than that of every list before.
    ///   - nextUpdate: when the list is good no more, in seconds since 1970.
    init(
        of certificates: [DeviceRegister.Certificate], number: Int64, now: Int64, nextUpdate: Int64,
        by authority: IssuedCertificate, key: PrivateKey
    ) throws(CoAPError) {
        // Five minutes back, for clocks that go after.
        guard let list = ccoap_crl_new(authority.pointer, number, now - 300, nextUpdate) else {
            throw .libcrypto("the authority cannot make a revocation list")
        }
        pointer = list
        for entry in certificates {
            guard ccoap_crl_add(list, entry.serial, entry.until?.seconds ?? now) == 1 else {
                throw .libcrypto("cannot put a certificate on a revocation list")
            }
        }
        guard ccoap_crl_sign(list, key.pointer) == 1 else { throw .libcrypto("cannot sign a revocation list") }
    }

    deinit { X509_CRL_free(pointer) }

    /// The list as PEM text.
    func pem() throws(CoAPError) -> [UInt8] {
        var length = 0
        guard let text = ccoap_crl_pem(pointer, &length) else { throw .libcrypto("cannot write a revocation list") }
        defer { ccoap_pem_free(text, length) }
        return Array(UnsafeRawBufferPointer(start: text, count: length))
    }

    /// Its number; 0 where it has none.
    var number: Int64 { ccoap_crl_number(pointer) }

    /// When it is good no more, in seconds since 1970; 0 where it does not say.
    var nextUpdate: Int64 { ccoap_crl_next_update(pointer) }

    /// True when an authority signed it.
    func isSigned(by authority: IssuedCertificate) -> Bool {
        defer { ERR_clear_error() }
        guard X509_NAME_cmp(X509_CRL_get_issuer(pointer), X509_get_subject_name(authority.pointer)) == 0,
            let key = X509_get0_pubkey(authority.pointer)
        else { return false }
        return X509_CRL_verify(pointer, key) == 1
    }
}
