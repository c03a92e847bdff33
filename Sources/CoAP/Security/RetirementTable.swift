// SPDX-License-Identifier: Apache-2.0

/// The certificates that were replaced or revoked, by what a peer's certificate is looked up by.
struct RetirementTable {
    private var byFingerprint: [[UInt8]: Int64] = [:]
    private var bySerialNumber: [[UInt8]: [(authority: [UInt8]?, until: Int64)]] = [:]

    init(_ retired: [RetiredCertificate]) {
        for entry in retired {
            switch entry.name {
            case .fingerprint(let bytes):
                byFingerprint[bytes] = min(byFingerprint[bytes] ?? .max, entry.until)
            case .serialNumber(let number, let authority):
                bySerialNumber[number, default: []].append((authority, entry.until))
            }
        }
    }

    /// The last second a certificate is good in because it is in the table, in seconds since 1970; nil when it is not.
    func end(of certificate: Certificate) -> Int64? {
        // Most servers have nothing in it.
        let fingerprint = byFingerprint.isEmpty ? [] : certificate.fingerprint
        let number = bySerialNumber.isEmpty ? [] : certificate.serialNumber
        return end(fingerprint: fingerprint, serialNumber: number, authority: certificate.authorityKeyIdentifier)
    }

    /// The same by what the certificate says; the authority is nil when it does not say which key signed it.
    func end(
        fingerprint: [UInt8], serialNumber: [UInt8], authority: @autoclosure () -> [UInt8]?
    ) -> Int64? {
        var ends = byFingerprint[fingerprint].map { [$0] } ?? []
        if let named = bySerialNumber[Array(serialNumber.drop { $0 == 0 })] {
            // Whose signer is not known is refused: the other way somebody who was revoked might come in.
            let signer = authority()
            ends += named.filter { $0.authority == nil || signer == nil || $0.authority == signer }.map(\.until)
        }
        return ends.min()
    }
}
