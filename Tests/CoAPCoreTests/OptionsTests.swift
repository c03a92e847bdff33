// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAPCore

@Suite("Options (RFC 7252 §3.1, §5.4, §5.10)")
struct OptionsTests {
    @Test("Options stand in ascending order, those of one number as they were added")
    func order() {
        var options = Options()
        options.append(CoAPOption(.accept, uint: 50))
        options.append(CoAPOption(.uriPath, string: "a"))
        options.append(CoAPOption(.ifMatch, [1]))
        options.append(CoAPOption(.uriPath, string: "b"))
        options.append(CoAPOption(.size1, uint: 1))
        #expect(options.map(\.number) == [.ifMatch, .uriPath, .uriPath, .accept, .size1])
        #expect(options.uriPath == ["a", "b"])
        #expect(Options(options.reversed()).map(\.number) == options.map(\.number))
    }

    @Test("Typed values are written in their shortest form and read back")
    func typed() {
        var options = Options()
        options.contentFormat = .text
        #expect(options.first(.contentFormat) == [])
        #expect(options.contentFormat == .text)
        options.maxAge = 300
        #expect(options.first(.maxAge) == [1, 44])
        options.observe = 0x1FF_FFFF
        #expect(options.observe == 0xFF_FFFF)
        options.uriHost = "example.org"
        options.uriPort = 5684
        options.ifNoneMatch = true
        options.eTags = [[1], [2, 3]]
        options.noResponse = 26
        options.locationPath = ["new", "1"]
        #expect(options.uriHost == "example.org")
        #expect(options.uriPort == 5684)
        #expect(options.ifNoneMatch)
        #expect(options.eTags == [[1], [2, 3]])
        #expect(options.noResponse == 26)
        #expect(options.locationPath == ["new", "1"])
        options.ifNoneMatch = false
        options.uriHost = nil
        #expect(!options.contains(.ifNoneMatch))
        #expect(options.uriHost == nil)
        options.eTags = []
        #expect(!options.contains(.eTag))
    }

    @Test("Values too long for their type are no values")
    func overlong() {
        let options: Options = [
            CoAPOption(.contentFormat, [1, 0, 0]), CoAPOption(.maxAge, [UInt8](repeating: 1, count: 9)),
        ]
        #expect(options.contentFormat == nil)
        #expect(options.maxAge == nil)
    }

    @Test("The bytes on the wire are counted exactly", arguments: [0, 12, 13, 268, 269, 1034])
    func wireSize(length: Int) {
        let options: Options = [
            CoAPOption(OptionNumber(rawValue: 1), []),
            CoAPOption(OptionNumber(rawValue: 2000), [UInt8](repeating: 0, count: length)),
        ]
        let extended = length < 13 ? 0 : length < 269 ? 1 : 2
        #expect(options.wireSize == 1 + (1 + 2 + extended + length))
    }

    @Test("Deltas and lengths of up to 12, 268 and beyond (§3.1)")
    func wireBytes() {
        func bytes(_ number: UInt16, _ length: Int) -> [UInt8] {
            let value = [UInt8](repeating: 7, count: length)
            let options: Options = [CoAPOption(OptionNumber(rawValue: number), value)]
            #expect(options.wireBytes.count == options.wireSize)
            #expect(options.wireBytes.suffix(length) == value[...])
            return Array(options.wireBytes.dropLast(length))
        }
        #expect(bytes(0, 0) == [0x00])
        #expect(bytes(12, 12) == [0xCC])
        #expect(bytes(13, 13) == [0xDD, 0, 0])
        #expect(bytes(268, 268) == [0xDD, 255, 255])
        #expect(bytes(269, 269) == [0xEE, 0, 0, 0, 0])
        #expect(bytes(65535, 1034) == [0xEE, 0xFE, 0xF2, 0x02, 0xFD])
        #expect(Options().wireBytes.isEmpty)
        let options: Options = [
            CoAPOption(.accept, uint: 50), CoAPOption(.uriPath, string: "a"), CoAPOption(.uriPath, string: "bc"),
            CoAPOption(.noResponse, uint: 2),
        ]
        #expect(options.wireBytes == [0xB1, 0x61, 0x02, 0x62, 0x63, 0x61, 0x32, 0xD1, 228, 2])
    }

    @Test("Lists are put in their place, however long", .timeLimit(.minutes(15)))
    func lists() {
        var options: Options = [CoAPOption(.accept, uint: 0), CoAPOption(.ifMatch, [1]), CoAPOption(.uriPath, [9])]
        options.uriPath = ["a", "b"]
        options.eTags = [[1], [2]]
        #expect(options.map(\.number) == [.ifMatch, .eTag, .eTag, .uriPath, .uriPath, .accept])
        options.uriPath = []
        options.locationPath = ["c"]
        #expect(options.map(\.number) == [.ifMatch, .eTag, .eTag, .locationPath, .accept])
        // Done one by one this takes hours.
        let many = (0..<300_000).map { String($0) }
        options.uriPath = many
        #expect(options.uriPath == many)
        #expect(options.accept == .text && options.ifMatch == [[1]])
        #expect(Options(options).uriPath == many)
    }

    @Test("A response fits up to the last byte and no further")
    func fits() {
        let response = Response(payload: [UInt8](repeating: 1, count: 100), contentFormat: .json)
        // Content-Format takes 2 bytes, the marker 1.
        #expect(response.fits(103))
        #expect(!response.fits(102))
        #expect(Response(.valid).fits(0))
    }

    @Test("What a number says about its option (RFC 7252 §5.4.6, table 4)")
    func bits() {
        let critical: [OptionNumber] = [
            .ifMatch, .uriHost, .ifNoneMatch, .uriPort, .uriPath, .uriQuery, .accept, .proxyURI, .proxyScheme,
        ]
        let elective: [OptionNumber] = [.eTag, .locationPath, .contentFormat, .maxAge, .locationQuery, .size1]
        #expect(critical.allSatisfy { $0.isCritical })
        #expect(elective.allSatisfy { !$0.isCritical })
        let unsafe: [OptionNumber] = [.uriHost, .uriPort, .uriPath, .maxAge, .uriQuery, .proxyURI, .proxyScheme]
        #expect(unsafe.allSatisfy { $0.isUnsafeToForward })
        #expect([OptionNumber.ifMatch, .eTag, .accept, .size1].allSatisfy { !$0.isUnsafeToForward })
        #expect(OptionNumber.size1.isNoCacheKey)
        #expect(!OptionNumber.uriPath.isNoCacheKey)
        #expect(OptionNumber(name: "uri-PATH") == .uriPath)
        #expect(OptionNumber(name: "nothing") == nil)
        #expect(OptionNumber(rawValue: 19).description == "Q-Block1" && !OptionNumber.qBlock1.isRepeatable)
        #expect(OptionNumber(rawValue: 31).description == "Q-Block2" && OptionNumber.qBlock2.isRepeatable)
        #expect(OptionNumber(rawValue: 21).description == "EDHOC" && OptionNumber.edhoc.lengths == 0...0)
    }

    @Test("Options are shown so that a peer's bytes cannot drive a terminal")
    func description() {
        #expect(CoAPOption(.uriPath, string: "a\u{1B}[0m").description == "Uri-Path: a\\x1b[0m")
        #expect(CoAPOption(.contentFormat, uint: 60).description == "Content-Format: 60")
        #expect(CoAPOption(.eTag, [0xAB, 1]).description == "ETag: 0xab01")
        #expect(CoAPOption(.ifNoneMatch, []).description == "If-None-Match")
    }
}
