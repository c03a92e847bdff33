// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("Options a person types")
struct OptionArgumentTests {
    @Test(
        "What is understood",
        arguments: [
            ("If-None-Match", OptionNumber.ifNoneMatch, [UInt8]()), ("5", .ifNoneMatch, []),
            ("ETag=0x0a0B", .eTag, [0x0A, 0x0B]), ("etag=ab", .eTag, [0x61, 0x62]), ("Max-Age=0", .maxAge, []),
            ("max-age=60", .maxAge, [60]), ("14=256", .maxAge, [1, 0]), ("Max-Age=0x003c", .maxAge, [0, 0x3C]),
            ("Uri-Query=a=b", .uriQuery, Array("a=b".utf8)), ("Uri-Path=", .uriPath, []),
            ("2048=text", OptionNumber(rawValue: 2048), Array("text".utf8)),
            ("65004", OptionNumber(rawValue: 65004), []), ("65004=0x", OptionNumber(rawValue: 65004), []),
        ])
    func understood(text: String, number: OptionNumber, value: [UInt8]) throws {
        let option = try OptionArgument.parse(text)
        #expect(option.number == number && option.value == value)
    }

    @Test(
        "What is refused, and why",
        arguments: [
            ("", "no option has this name"), ("=1", "no option has this name"), ("Colour=1", "no option has this name"),
            ("65536=1", "an option's number is 0 to 65535"), ("-1", "no option has this name"),
            ("Max-Age=", "a whole number"),
            ("Max-Age=soon", "a whole number"), ("Max-Age=-1", "a whole number"), ("ETag=0x0", "pairs of digits"),
            ("ETag=0xgg", "pairs of digits"), ("ETag", "0 bytes; 1 to 8"), ("ETag=123456789", "9 bytes; 1 to 8"),
            ("If-None-Match=1", "1 bytes; 0 to 0"), ("Max-Age=4294967296", "5 bytes; 0 to 4"),
            ("Colo\u{1B}[31mur=1", "\\x1b[31m"),
        ])
    func refused(text: String, reason: String) {
        let error = #expect(throws: CoAPError.self) { try OptionArgument.parse(text) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(error?.message.hasPrefix("-O '") == true)
    }
}
