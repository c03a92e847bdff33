// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Digests of bodies")
struct BodyDigestTests {
    static let secret = [UInt8]("a key of more than sixteen bytes".utf8)

    static func key(_ id: String = "ops") throws -> DigestKey { try DigestKey(id: id, key: Secret(secret)) }

    static func table(_ ids: String...) throws -> DigestKeyTable {
        var keys: [DigestKey] = []
        for id in ids { keys.append(try key(id)) }
        return try DigestKeyTable(keys)
    }

    static let hmac = PayloadDigest.Algorithm.hmacSHA256(keyID: Array("ops".utf8))

    private static func hmac(of request: Request) throws -> BodyDigest {
        try #require(BodyDigest(hmac, of: request, keys: try table("ops")))
    }

    @Test("SHA-256 is of the body alone (FIPS 180-4's example), whatever it is sent for")
    func sha256() throws {
        let abc = Array("abc".utf8)
        let expected = Hexadecimal.decode("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        for method in Method.allCases {
            let digest = try #require(BodyDigest(.sha256, of: try Request(method, "a/b?c"), keys: DigestKeyTable()))
            #expect(digest.made(ofBody: abc, format: .json)?.value == expected)
            #expect(digest.made(of: Response(payload: abc, contentFormat: .text))?.value == expected)
            let hasher = digest.hasher(format: nil)
            for byte in abc { hasher.update([byte]) }
            hasher.update([])
            #expect(BodyDigest.matches(hasher, expected ?? []))
        }
    }

    @Test("What an HMAC is of, byte by byte, computed by another way of OpenSSL's")
    func layout() throws {
        var request = try Request(.put, "lights/ü?a=1&b", contentFormat: .json)
        let body = Array("{}".utf8)
        let resource: [UInt8] =
            [0, 2, 0, 6] + Array("lights".utf8) + [0, 2, 0xC3, 0xBC] + [0, 2, 0, 3] + Array("a=1".utf8) + [0, 1, 0x62]
        let sent = Array("coap-digest-1".utf8) + [3, 0, 0, 50, 0, 0] + resource + body
        let digest = try Self.hmac(of: request)
        #expect(
            digest.made(ofBody: body, format: .json)?.value == MessageAuthentication.code(of: sent, key: Self.secret))
        let answered = Array("coap-digest-1".utf8) + [3, 0x44, 0xFF, 0xFF, 0, 0] + resource + body
        #expect(
            digest.made(of: Response(.changed, payload: body))?.value
                == MessageAuthentication.code(of: answered, key: Self.secret))
        // With a digest in the request its own stays what it is, and the response's is of it.
        let claimed = [UInt8](1...32)
        request.options.payloadDigest = PayloadDigest(Self.hmac, value: claimed)
        let bound = try Self.hmac(of: request)
        #expect(bound.made(ofBody: body, format: .json) == digest.made(ofBody: body, format: .json))
        let answer = Array("coap-digest-1".utf8) + [3, 0x44, 0xFF, 0xFF, 0, 32] + claimed + resource + body
        #expect(
            bound.made(of: Response(.changed, payload: body))?.value
                == MessageAuthentication.code(of: answer, key: Self.secret))
    }

    @Test("An HMAC of one purpose is none of another")
    func purposes() throws {
        let body = Array("on".utf8)
        var seen: Set<[UInt8]?> = []
        for (method, path) in [
            (Method.put, "a"), (.post, "a"), (.put, "b"), (.put, "a?x"), (.put, "a/x"), (.put, "ax"),
        ] {
            let digest = try Self.hmac(of: try Request(method, path))
            for format in [nil, ContentFormat.text] {
                expect(seen.insert(digest.made(ofBody: body, format: format)?.value).inserted)
                for code in [Code.changed, .content] {
                    var response = Response(code, payload: body)
                    response.options.contentFormat = format
                    expect(seen.insert(digest.made(of: response)?.value).inserted)
                }
            }
        }
        #expect(!seen.contains(nil) && seen.allSatisfy { $0?.count == 32 })
    }

    @Test("Host and port are a proxy's to change, and so is how it is asked")
    func proxies() throws {
        var direct = try Request(.put, "a/b?c=d")
        var proxied = Request(method: .put)
        proxied.options.set(.proxyURI, to: Array("coap://example.org/a/b?c=d".utf8))
        let expected = try Self.hmac(of: direct).made(ofBody: [1], format: nil)
        #expect(try Self.hmac(of: proxied).made(ofBody: [1], format: nil) == expected)
        direct.options.uriHost = "example.org"
        direct.options.uriPort = 61_616
        direct.options.hopLimit = 3
        #expect(try Self.hmac(of: direct).made(ofBody: [1], format: nil) == expected)
    }

    @Test("A digest that differs in any bit does not match, nor one of another length")
    func comparison() throws {
        let digest = try Self.hmac(of: try Request(.put, "a"))
        let value = try #require(digest.made(ofBody: [1, 2, 3], format: nil)?.value)
        func matches(_ value: [UInt8]) -> Bool {
            let hasher = digest.hasher(format: nil)
            hasher.update([1, 2, 3])
            return BodyDigest.matches(hasher, value)
        }
        #expect(matches(value))
        for bit in 0..<256 {
            var wrong = value
            wrong[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!matches(wrong))
        }
        #expect(!matches([]) && !matches(value.dropLast()) && !matches(value + [0]))
    }

    @Test("Keys: lengths, ids that stand twice, and nothing of them in a text")
    func keys() throws {
        for (id, length) in [("", 32), ("an id of 17 bytes", 32), ("ops", 15), ("ops", 257)] {
            let error = #expect(throws: CoAPError.self) {
                try DigestKey(id: id, key: Secret([UInt8](repeating: 1, count: length)))
            }
            #expect(error?.code == .invalidCredentials)
        }
        #expect(throws: CoAPError.self) { try Self.table("a", "b", "a") }
        let table = try Self.table("a", "b")
        #expect(!table.isEmpty && table.key(for: [0x61]) != nil && table.key(for: [0x63]) == nil)
        #expect(!"\(table)".contains("sixteen"))
        #expect(BodyDigest(Self.hmac, of: try Request(.put, "a"), keys: table) == nil)
    }
}
