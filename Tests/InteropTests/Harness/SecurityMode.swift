// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

/// How two programs speak to each other.
enum SecurityMode: String, Sendable, CustomTestStringConvertible {
    /// CoAP over bare UDP.
    case plain
    /// DTLS with a pre-shared key.
    case key
    /// DTLS with a certificate on each side.
    case certificate

    /// What the library's client is to be told.
    func client() async throws -> ClientSecurity {
        switch self {
        case .plain: return .plain
        case .key: return try TestKey.client()
        case .certificate:
            let certificates = try await TestCertificates.shared
            return .certificate(try certificates.credential(.device), trust: try certificates.trust())
        }
    }

    var testDescription: String { rawValue }
}
