// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

extension Certificate {
    /// All that a person wants to see of it.
    var detail: CertificateDetail {
        var issuer = [CChar](repeating: 0, count: 1024)
        let length = ccoap_x509_issuer(x509, &issuer, issuer.count)
        var (notBefore, notAfter): (Int64, Int64) = (0, 0)
        // A time that cannot be read is none; OpenSSL refuses such certificates.
        _ = ccoap_x509_validity(x509, &notBefore, &notAfter)
        return CertificateDetail(
            identity: identity,
            issuer: String(decoding: issuer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self),
            notBefore: notBefore, notAfter: notAfter)
    }
}
