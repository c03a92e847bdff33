// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Whom a rule is about")
struct IdentityPatternTests {
    static func key(_ name: String) -> PeerIdentity { .preSharedKey(Array(name.utf8)) }

    static func certificate(
        _ commonName: String?, _ names: CertificateIdentity.AlternativeName..., fingerprint: UInt8 = 7
    ) -> PeerIdentity {
        .certificate(
            CertificateIdentity(
                subject: commonName.map { "CN=\($0)" } ?? "", commonName: commonName, alternativeNames: names,
                fingerprint: Array(repeating: fingerprint, count: 32)))
    }

    /// A pattern, and which of these peers it means.
    static let table: [(pattern: IdentityPattern, meant: Set<String>)] = [
        ("anonymous", ["nobody", "empty key"]),
        ("anybody", Set(peers.keys)),
        ("authenticated", Set(peers.keys).subtracting(["nobody", "empty key"])),
        ("psk:*", ["key admin", "key psk:admin", "key of bytes", "key with NUL", "key adm*n", "key of accents"]),
        ("cert:*", ["CN admin", "CN psk:admin", "CN with NUL", "no CN", "SAN admin", "SAN with NUL", "empty CN"]),
        ("admin", ["key admin", "CN admin"]),
        ("psk:admin", ["key admin"]),
        ("cert:admin", ["CN admin"]),
        ("psk:psk:admin", ["key psk:admin"]),
        ("cert:psk:admin", ["CN psk:admin"]),
        ("psk%3Aadmin", ["key psk:admin", "CN psk:admin"]),
        ("admin*", ["key admin", "key with NUL", "CN admin", "CN with NUL"]),
        ("*admin", ["key admin", "key psk:admin", "CN admin", "CN psk:admin"]),
        ("psk:adm*n", ["key admin", "key adm*n"]),
        ("psk:adm%2An", ["key adm*n"]),
        ("psk:admin%00evil", ["key with NUL"]),
        ("psk:%FF%FE", ["key of bytes"]),
        ("psk:caf\u{E9}", []),
        ("psk:cafe\u{301}", ["key of accents"]),
        ("dns:admin", ["SAN admin"]),
        ("dns:ADMIN", ["SAN admin"]),
        ("dns:*", ["SAN admin"]),
        ("uri:psk:admin", ["SAN admin"]),
        ("uri:psk:ADMIN", []),
        (IdentityPattern(stringLiteral: "sha256:" + String(repeating: "09", count: 32)), ["SAN admin"]),
        (.group("g", "psk:admin", "dns:admin", "anonymous"), ["nobody", "empty key", "key admin", "SAN admin"]),
        (.group("empty"), []),
    ]

    static let peers: [String: PeerIdentity] = [
        "nobody": .anonymous, "empty key": key(""), "key admin": key("admin"), "key psk:admin": key("psk:admin"),
        "key of bytes": .preSharedKey([0xFF, 0xFE]), "key with NUL": key("admin\0evil"), "key adm*n": key("adm*n"),
        "key of accents": key("cafe\u{301}"), "CN admin": certificate("admin"),
        "CN psk:admin": certificate("psk:admin"),
        "CN with NUL": certificate("admin\0evil"), "no CN": certificate(nil), "empty CN": certificate(""),
        // What a certificate's alternative names say does not make it a key.
        "SAN admin": certificate("other", .dns("Admin"), .uri("psk:admin"), .email("admin"), fingerprint: 9),
        // As names with bytes that cannot be shown are handed out.
        "SAN with NUL": certificate("other", .dns("admin\\x00.example"), .uri("psk:admin\\x00")),
    ]

    @Test("Each pattern means those peers and no others", arguments: table.indices)
    func meant(index: Int) {
        let (pattern, meant) = Self.table[index]
        let found = Self.peers.filter { pattern.matches($0.value) }.keys
        #expect(Set(found) == meant, "\(pattern)")
    }

    @Test("A name is looked up, and what is found means the peer")
    func lookedUp() {
        for (name, peer) in Self.peers {
            let found = IdentityPattern.withoutGaps(meaning: peer)
            #expect(found.allSatisfy { !$0.hasGaps && $0.matches(peer) }, "\(name)")
            for (pattern, meant) in Self.table where meant.contains(name) && !pattern.hasGaps {
                if case .oneOf = pattern.kind { continue }
                #expect(found.contains(pattern), "\(pattern) \(name)")
            }
        }
    }

    @Test(
        "What is unclear is refused with what to write",
        arguments: [
            ("", "anybody"), ("*", "authenticated"), ("**", "authenticated"), ("psk:", "psk:*"), (" admin", "%20"),
            ("admin ", "%20"), ("urn:dev:1", "psk:urn:dev:1"), ("PSK:admin", "kinds are"), ("sha256:09", "64"),
            ("sha256:\(String(repeating: "0g", count: 32))", "64"), ("a%", "%25"), ("a%4", "%25"), ("a%zz", "%25"),
            ("dns:a\\x00b", "backslash"), ("a\nb", "control"), ("cert:a\0", "control"),
        ])
    func refused(text: String, remedy: String) throws {
        let error = try #require(throws: CoAPError.self) { try IdentityPattern(text) }
        #expect(error.code == .invalidArgument && error.message.contains(remedy), "\(error.message)")
    }

    @Test("Only a name that can be a segment of a path is one")
    func segments() {
        #expect(Self.key("pump-1").segment == "pump-1")
        #expect(Self.certificate("pump-1", .dns("other")).segment == "pump-1")
        for identity in [
            .anonymous, Self.key(""), Self.key("."), Self.key(".."), .preSharedKey([0xFF]), Self.certificate(nil),
            Self.certificate("", .dns("a")), Self.key(String(repeating: "x", count: 256)),
        ] as [PeerIdentity] {
            #expect(identity.segment == nil, "\(identity)")
        }
    }
}
