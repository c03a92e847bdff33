// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import Testing

@Suite("The option with a body's digest")
struct PayloadDigestTests {
    private static let value = [UInt8](0..<32)

    @Test("It is elective, safe to forward, part of a cache key, and stands once")
    func number() {
        let number = OptionNumber.payloadDigest
        #expect(number.rawValue == 65000)
        #expect(!number.isCritical && !number.isUnsafeToForward && !number.isNoCacheKey && !number.isRepeatable)
        #expect(OptionNumber(name: "payload-digest") == number && number.description == "Payload-Digest")
        #expect(number.format == .opaque && number.lengths == 1...50)
    }

    @Test(
        "What it says, there and back",
        arguments: [
            (PayloadDigest(.sha256), [1]), (PayloadDigest(.sha256, value: value), [1] + value),
            (PayloadDigest(.hmacSHA256(keyID: [7])), [2, 1, 7]),
            (PayloadDigest(.hmacSHA256(keyID: Array("ops".utf8)), value: value), [2, 3, 0x6F, 0x70, 0x73] + value),
            (
                PayloadDigest(.hmacSHA256(keyID: .init(repeating: 9, count: 16)), value: value),
                [2, 16] + .init(repeating: 9, count: 16) + value
            ),
        ] as [(PayloadDigest, [UInt8])])
    func layout(digest: PayloadDigest, bytes: [UInt8]) {
        #expect(digest.rawValue == bytes)
        #expect(PayloadDigest(rawValue: bytes) == digest)
        #expect(OptionNumber.payloadDigest.lengths.contains(bytes.count))
        var options = Options()
        options.payloadDigest = digest
        #expect(options.payloadDigest == digest && !options.hasMalformedDigest)
        #expect(options.first(.payloadDigest) == bytes)
        options.payloadDigest = nil
        #expect(options.isEmpty)
    }

    @Test(
        "What is malformed is no digest",
        arguments: [
            [], [1, 0], [1] + value.dropLast(), [1] + value + [0], [2], [2, 0], [2, 0] + value, [2, 3, 1, 2], [2, 1],
            [2, 1, 7] + value.dropFirst(), [2, 1, 7, 0], [2, 17] + .init(repeating: 9, count: 17) + value,
            [2, 1, 7] + value + [0], [2, 255],
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        #expect(PayloadDigest(rawValue: bytes) == nil)
        let options: Options = [CoAPOption(.payloadDigest, bytes)]
        #expect(options.payloadDigest == nil && options.hasMalformedDigest)
    }

    @Test(
        "Another algorithm is not understood, and no mistake",
        arguments: [[0], [3], [3] + value, [255]] as [[UInt8]])
    func unknown(bytes: [UInt8]) {
        #expect(PayloadDigest(rawValue: bytes) == nil)
        let options: Options = [CoAPOption(.payloadDigest, bytes)]
        #expect(options.payloadDigest == nil && !options.hasMalformedDigest)
    }

    @Test("What is asked for by its short name")
    func asking() {
        #expect(CoAPOption.digest(.sha256) == CoAPOption(.payloadDigest, [1]))
        #expect(CoAPOption.digest(.hmacSHA256(keyID: [1, 2])) == CoAPOption(.payloadDigest, [2, 2, 1, 2]))
        #expect(
            PayloadDigest.Algorithm.hmacSHA256(keyID: [0x61, 0x1B]).description == #"HMAC-SHA-256 with the key 'a\x1b'"#
        )
    }
}
