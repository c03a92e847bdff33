// SPDX-License-Identifier: Apache-2.0

/// Which cipher suites and groups are offered and taken: authenticated encryption only, forward secrecy first, the suites
/// that constrained peers know last (RFC 7252 §9.1, RFC 7925 §4).
enum CipherPolicy {
    /// For peers with certificates.
    static let certificates = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-AES128-CCM8",
    ]

    /// For peers with pre-shared keys, with forward secrecy.
    private static let forwardSecretKeys = ["ECDHE-PSK-CHACHA20-POLY1305"]

    /// For peers with pre-shared keys, without.
    private static let plainKeys = [
        "PSK-AES128-GCM-SHA256", "PSK-CHACHA20-POLY1305", "PSK-AES256-GCM-SHA384", "PSK-AES128-CCM", "PSK-AES128-CCM8",
    ]

    /// The suites for these kinds of credentials, by what they give and not by their kind: a peer that offers certificates
    /// and plain pre-shared-key suites gets the certificate, because forward secrecy goes first; one whose pre-shared-key
    /// suite has it too gets the key.
    static func suites(keys: Bool, certificates: Bool) -> [String] {
        (keys ? forwardSecretKeys : []) + (certificates ? self.certificates : []) + (keys ? plainKeys : [])
    }

    /// The same suites, those last that Wireshark 4.0 cannot decrypt over DTLS.
    static func readableFirst(_ suites: [String]) -> [String] {
        suites.filter(isReadable) + suites.filter { !isReadable($0) }
    }

    /// Without those.
    static func readable(_ suites: [String]) -> [String] { suites.filter(isReadable) }

    private static func isReadable(_ suite: String) -> Bool { !suite.contains("CHACHA20") }

    /// The groups of the key exchange.
    static let groups = "X25519:P-256:P-384"

    /// A list in OpenSSL's notation.
    static func list(_ suites: [String]) -> String { suites.joined(separator: ":") }
}
