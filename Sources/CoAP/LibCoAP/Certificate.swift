// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// An X.509 certificate in memory.
final class Certificate: @unchecked Sendable {
    // Sendable: OpenSSL counts references atomically, and the certificate never changes.
    let x509: OpaquePointer

    /// Takes over a reference.
    init(adopting x509: OpaquePointer) { self.x509 = x509 }

    deinit { X509_free(x509) }

    /// What the certificate says about its holder.
    var identity: CertificateIdentity {
        var subject = [CChar](repeating: 0, count: 1024)
        let length = ccoap_x509_subject(x509, &subject, subject.count)
        final class Names { var all: [CertificateIdentity.AlternativeName] = [] }
        let names = Names()
        ccoap_x509_names(x509, Unmanaged.passUnretained(names).toOpaque()) { context, type, bytes, length in
            guard let context, let bytes else { return }
            let names = Unmanaged<Names>.fromOpaque(context).takeUnretainedValue()
            guard names.all.count < 64 else { return }
            let value = Array(UnsafeBufferPointer(start: bytes, count: length))
            let text = PrintableText.escaped(value)
            switch type {
            case GEN_DNS: names.all.append(.dns(text))
            case GEN_IPADD: names.all.append(.ip(value))
            case GEN_URI: names.all.append(.uri(text))
            default: names.all.append(.email(text))
            }
        }
        return CertificateIdentity(
            subject: String(decoding: subject.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self),
            commonName: commonName, alternativeNames: names.all, serialNumber: serialNumber, fingerprint: fingerprint)
    }

    private var commonName: String? {
        let name = X509_get_subject_name(x509)
        let index = X509_NAME_get_index_by_NID(name, NID_commonName, -1)
        guard index >= 0, let entry = X509_NAME_get_entry(name, index),
            let data = X509_NAME_ENTRY_get_data(entry)
        else { return nil }
        var utf8: UnsafeMutablePointer<UInt8>?
        let length = ASN1_STRING_to_UTF8(&utf8, data)
        guard length >= 0, let utf8 else { return nil }
        defer { CRYPTO_free(utf8, nil, 0) }
        return String(decoding: UnsafeBufferPointer(start: utf8, count: Int(length)), as: UTF8.self)
    }

    /// The serial number its authority gave it, the highest byte first.
    var serialNumber: [UInt8] { Self.bytes(X509_get0_serialNumber(x509)) ?? [] }

    /// The identifier of the key that signed it (RFC 5280 §4.2.1.1); nil where it does not say.
    var authorityKeyIdentifier: [UInt8]? { Self.bytes(X509_get0_authority_key_id(x509)) }

    private static func bytes(_ text: UnsafePointer<ASN1_STRING>?) -> [UInt8]? {
        guard let text, let bytes = ASN1_STRING_get0_data(text) else { return nil }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(ASN1_STRING_length(text))))
    }

    /// The last second it is valid in, in seconds since 1970; nil when it does not say.
    var notAfter: Int64? {
        var (first, last): (Int64, Int64) = (0, 0)
        return ccoap_x509_validity(x509, &first, &last) == 1 ? last : nil
    }

    /// The SHA-256 hash of the certificate in DER: 32 bytes.
    var fingerprint: [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard X509_digest(x509, EVP_sha256(), &digest, &length) == 1 else { return [] }
        return Array(digest.prefix(Int(length)))
    }
}
