// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

struct PreSharedKeyFileTests {
    let box: Sandbox

    init() throws {
        box = try Sandbox()
        try FileManager.default.createDirectory(atPath: box.path("keys"), withIntermediateDirectories: false)
    }

    /// What reading a file with this text says, without the file's name.
    private func complaint(about text: String) throws -> String? {
        let name = try box.write(text, to: "keys/psk.json")
        guard let error = failure({ () throws(CoAPError) in try box.keys.preSharedKeys() }) else { return nil }
        #expect(error.code == .invalidCredentials)
        #expect(error.cause == nil)
        #expect(!error.description.contains("\n"))
        #expect(error.message.hasPrefix("\(name): "))
        return String(error.message.dropFirst(name.count + 2))
    }

    @Test func entriesAreReadInTheirOrder() throws {
        try box.write(
            """
            [
              {"identity": "pump", "key": "0011223344556677"},
              {"key": "00112233445566778899AABBCCDDEEFF", "identity": "caf\\u00e9 \\"/"}
            ]
            """, to: "keys/psk.json")
        let keys = try box.keys.preSharedKeys()
        #expect(keys.map(\.identity) == [Array("pump".utf8), Array("café \"/".utf8)])
        #expect(keys.map(\.key.count) == [8, 16])
        #expect(keys.last?.key.withBytes { Array($0) } == Hexadecimal.decode("00112233445566778899aabbccddeeff"))
    }

    @Test func noEntryIsFine() throws {
        #expect(try complaint(about: "[]") == nil)
    }

    @Test func addingADeviceKeepsEveryIdentity() throws {
        let fresh = try Sandbox()
        _ = try fresh.keys.initialize()
        try fresh.write(#"[{"identity": "caf\u00e9 \"\\\/", "key": "0011223344556677"}]"#, to: "keys/psk.json")
        let before = try fresh.keys.preSharedKeys()
        _ = try fresh.keys.addDevice(named: "pump")
        let after = try fresh.keys.preSharedKeys()
        #expect(after.count == 2)
        #expect(after.first == before.first)
    }

    private static let shape = #"; write [{"identity": "…", "key": "hexadecimal digits"}, …]"#

    @Test(arguments: [
        ("", "this is not JSON"),
        ("pump:00112233", "this is not JSON from line 1 on"),
        ("[\n {\"identity\" \"a\", \"key\": \"0011\"}]", "this is not JSON from line 2 on"),
        (#"[{"identity": "a", "key": 0011}]"#, "entry 1: 'key' is not text"),
        (#"[{"identity": "a", "key": "0011223344556677"}"#, "this is not JSON"),
        ("{}", "this is not a JSON list"),
        (#"["a"]"#, "entry 1: it is not an object"),
        (#"[{"identity": "a", "key": "0011223344556677"}, {"identity": "b"}]"#, "entry 2: 'key' is missing"),
        (#"[{"key": "0011223344556677"}]"#, "entry 1: 'identity' is missing"),
        (#"[{"identity": "a", "key": 11}]"#, "entry 1: 'key' is not text"),
        (#"[{"identity": null, "key": "0011223344556677"}]"#, "entry 1: 'identity' is not text"),
        (
            #"[{"identity": "a", "key": "0011223344556677", "Key": "0011223344556677"}]"#,
            "entry 1: there is a field besides 'identity', 'key', 'holder' and 'expires'; remove it"
        ),
    ])
    func whatIsNoListOfKeysIsRefused(text: String, expected: String) throws {
        let complaint = try #require(try complaint(about: text))
        #expect(complaint.hasPrefix(expected))
        #expect(complaint.hasSuffix(Self.shape))
        #expect(!complaint.contains("0011"))
    }

    @Test(arguments: [
        ("a", "xy", "the key is not hexadecimal; write pairs of digits 0-9 and a-f"),
        ("a", "00112233445566778", "the key is not hexadecimal; write pairs of digits 0-9 and a-f"),
        ("a", "", "a key of 0 bytes can be guessed; take 16 random bytes or more"),
        ("a", "00112233445566", "a key of 7 bytes can be guessed; take 16 random bytes or more"),
        ("a", String(repeating: "00", count: 257), "a pre-shared key has 1 to 256 bytes, not 257"),
        (
            "", "0011223344556677",
            "a pre-shared key's identity has 1 to 255 bytes and no zero byte among them"
        ),
        (
            #"a\u0000b"#, "0011223344556677",
            "a pre-shared key's identity has 1 to 255 bytes and no zero byte among them"
        ),
        (
            String(repeating: "a", count: 256), "0011223344556677",
            "a pre-shared key's identity has 1 to 255 bytes and no zero byte among them"
        ),
    ])
    func anEntryThatMakesNoSenseIsNamed(identity: String, key: String, expected: String) throws {
        let good = #"{"identity": "good", "key": "0011223344556677"}"#
        let complaint = try complaint(about: "[\(good), {\"identity\": \"\(identity)\", \"key\": \"\(key)\"}]")
        #expect(complaint?.hasPrefix("entry 2, identity '") == true)
        #expect(complaint?.hasSuffix(expected) == true, "\(complaint ?? "")")
        #expect(complaint?.contains("00112233") == false)
    }

    @Test func anIdentityThatStandsThereTwiceIsNamed() throws {
        let a = #"{"identity": "a", "key": "0011223344556677"}"#
        let b = #"{"identity": "b", "key": "0011223344556677"}"#
        #expect(
            try complaint(about: "[\(b), \(a), \(b)]")
                == "entry 3, identity 'b': entry 1 has the same identity; keep one of them")
    }

    @Test func identitiesAreComparedByTheirBytes() throws {
        try box.write(
            #"[{"identity": "\u00e9", "key": "0011223344556677"}, {"identity": "e\u0301", "key": "0011223344556677"}]"#,
            to: "keys/psk.json")
        #expect(try box.keys.preSharedKeys().count == 2)
    }

    @Test func oneEntryTooManyIsRefused() throws {
        let entries = (0...100_000).map { #"{"identity":"\#($0)","key":"0011223344556677"}"# }
        #expect(
            try complaint(about: "[\(entries.joined(separator: ","))]")
                == "there are more than 100000 keys in it; divide them over several servers")
    }
}
