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
                "\(PrintableText.escaped(name.utf8)): there is no PEM certificate in it; it must contain '-----BEGIN CERTIFICATE-----'"
            )
        }
        pointer = certificate
    }

    deinit { X509_free(pointer) }

    /// Every certificate of a PEM text, in its order, up to 64.
    static func all(in pem: [UInt8]) -> [IssuedCertificate] {
        guard let bio = BIO_new_mem_buf(pem, Int32(clamping: pem.count)) else { return [] }
        defer {
            BIO_free(bio)
            ERR_clear_error()
        }
        var all: [IssuedCertificate] = []
        while all.count < 64, let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
            all.append(IssuedCertificate(adopting: certificate))
        }
        return all
    }

    /// The serial number in hexadecimal.
    func serial() throws(CoAPError) -> String {
        var digits = [CChar](repeating: 0, count: 64)
        guard ccoap_x509_serial(pointer, &digits, digits.count) == 1 else {
            throw .libcrypto("cannot read a certificate's serial number")
        }
        return String(decoding: digits.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// True when this certificate's holder can have signed the other one, which may be the same.
    func mayHaveSigned(_ other: IssuedCertificate) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_issued(pointer, other.pointer) == X509_V_OK
    }

    /// The identifier of its key in hexadecimal (RFC 5280 §4.2.1.2); nil where it has none.
    var keyIdentifier: String? { Self.hexadecimal(X509_get0_subject_key_id(pointer)) }

    /// The identifier of the key that signed it (RFC 5280 §4.2.1.1); nil where it does not say.
    var authorityKeyIdentifier: String? { Self.hexadecimal(X509_get0_authority_key_id(pointer)) }

    private static func hexadecimal(_ text: UnsafePointer<ASN1_OCTET_STRING>?) -> String? {
        guard let text, let bytes = ASN1_STRING_get0_data(text) else { return nil }
        return Hexadecimal.encode(UnsafeBufferPointer(start: bytes, count: Int(ASN1_STRING_length(text))))
    }

    /// True when its holder may sign revocation lists: one that says for what its key is says so too (RFC 5280 §4.2.1.3).
    var maySignLists: Bool { X509_get_key_usage(pointer) & 0x0002 != 0 }

    /// The certificate as PEM text.
    func pem() throws(CoAPError) -> [UInt8] {
        var length = 0
        guard let text = ccoap_x509_pem(pointer, &length) else { throw .libcrypto("cannot write a certificate") }
        defer { ccoap_pem_free(text, length) }
        return Array(UnsafeRawBufferPointer(start: text, count: length))
    }

    /// From when to when it is valid, in seconds since 1970.
    func validity() throws(CoAPError) -> (notBefore: Int64, notAfter: Int64) {
        var validity: (notBefore: Int64, notAfter: Int64) = (0, 0)
        guard ccoap_x509_validity(pointer, &validity.notBefore, &validity.notAfter) == 1 else {
            throw .libcrypto("cannot read a certificate's dates")
        }
        return validity
    }

    /// What it says, for a listing.
    func summary() throws(CoAPError) -> CertificateSummary {
        let validity = try validity()
        var subject = [CChar](repeating: 0, count: 1024)
        let length = ccoap_x509_subject(pointer, &subject, subject.count)
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var digestLength: UInt32 = 0
        guard X509_digest(pointer, EVP_sha256(), &digest, &digestLength) == 1 else {
            throw .libcrypto("cannot hash a certificate")
        }
        return CertificateSummary(
            subject: PrintableText.escaped(subject.prefix(length).map { UInt8(bitPattern: $0) }),
            alternativeNames: alternativeNames, notBefore: validity.notBefore, notAfter: validity.notAfter,
            fingerprint: Array(digest.prefix(Int(digestLength))))
    }

    private var alternativeNames: [CertificateIdentity.AlternativeName] {
        final class Names { var all: [CertificateIdentity.AlternativeName] = [] }
        let names = Names()
        ccoap_x509_names(pointer, Unmanaged.passUnretained(names).toOpaque()) { context, type, bytes, length in
            guard let context, let bytes else { return }
            let names = Unmanaged<Names>.fromOpaque(context).takeUnretainedValue()
            let value = Array(UnsafeBufferPointer(start: bytes, count: length))
            let text = PrintableText.escaped(value)
            switch type {
            case GEN_DNS: names.all.append(.dns(text))
            case GEN_IPADD: names.all.append(.ip(value))
            case GEN_URI: names.all.append(.uri(text))
            default: names.all.append(.email(text))
            }
        }
        // The callback's context must live until the last call.
        return withExtendedLifetime(names) { names.all }
    }

    /// True when it certifies this key.
    func belongs(to key: PrivateKey) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_private_key(pointer, key.pointer) == 1
    }
}
