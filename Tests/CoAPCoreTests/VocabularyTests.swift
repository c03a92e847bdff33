// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import Testing

@Suite("Codes, tokens, formats, text")
struct VocabularyTests {
    @Test("Codes and their dotted form")
    func codes() {
        #expect(Code("2.05") == .content)
        #expect(Code("4.04")?.description == "4.04 Not Found")
        #expect(Code("7.31")?.rawValue == 255)
        for text in ["", "2", "2.5", "2.050", "8.00", "2.32", "a.05", "2-05", "-1.05", "2.+5", "+.05", "2.-0"] {
            #expect(Code(text) == nil)
        }
        #expect(Code.content.isResponse && Code.content.isSuccess && !Code.content.isRequest)
        #expect(Code.notFound.isResponse && !Code.notFound.isSuccess)
        #expect(!Code.empty.isRequest && !Code.empty.isResponse)
        for method in Method.allCases { #expect(method.code.isRequest) }
        #expect(Code(class: 3, detail: 1).isResponse)
        #expect(!Code(class: 7, detail: 1).isResponse)
        #expect(Method.iPatch.description == "iPATCH")
        #expect(Method.put.isIdempotent && !Method.post.isIdempotent)
    }

    @Test("Tokens keep their bytes and their number")
    func tokens() {
        #expect(Token([0xBE, 0xEF])?.bytes == [0xBE, 0xEF])
        #expect(Token([0, 0])?.bytes == [0, 0])
        #expect(Token([0]) != Token([0, 0]))
        #expect(Token([UInt8]()) == .empty)
        #expect(Token([UInt8](repeating: 1, count: 9)) == nil)
        #expect(Token([1, 2, 3, 4, 5, 6, 7, 8])?.description == "0102030405060708")
        #expect(Set((0..<100).map { _ in Token.random() }).count == 100)
    }

    @Test("Hexadecimal")
    func hexadecimal() {
        #expect(Hexadecimal.encode([0, 0x9F, 0xFF] as [UInt8]) == "009fff")
        #expect(Hexadecimal.decode("009FfF") == [0, 0x9F, 0xFF])
        for text in ["0", "0g", " 00", "+1"] { #expect(Hexadecimal.decode(text) == nil) }
    }

    @Test(
        "Formats by what a person types",
        arguments: [
            ("json", ContentFormat.json), ("application/json", .json), ("50", .json), ("TEXT", .text),
            ("text/plain", .text), ("text/plain;charset=utf-8", .text), ("senml", .senMLJSON),
            ("application/senml+cbor", .senMLCBOR), ("link", .linkFormat),
            ("application/multipart-core", .multipart), ("257", .problemDetails),
            ("65535", ContentFormat(rawValue: 65535)),
        ])
    func formats(name: String, format: ContentFormat) { #expect(ContentFormat(named: name) == format) }

    @Test("What is no format", arguments: ["", "jso", "65536", "-1", "+5", "application/"])
    func noFormat(name: String) { #expect(ContentFormat(named: name) == nil) }

    @Test("Bytes of a peer are made harmless")
    func printable() {
        #expect(PrintableText.escaped("plain é ✓".utf8) == "plain é ✓")
        #expect(PrintableText.escaped("a\u{1B}]0;x\u{7}\n".utf8) == "a\\x1b]0;x\\x07\\x0a")
        #expect(PrintableText.multiline("a\n\tb\r".utf8) == "a\n\tb\\x0d")
        // Text that runs from right to left from here on, and an invisible joiner.
        #expect(PrintableText.escaped("a\u{202E}b\u{200D}".utf8) == "a\\xe2\\x80\\xaeb\\xe2\\x80\\x8d")
        #expect(PrintableText.escaped([0x61, 0xFF, 0xC3] as [UInt8]) == "a\\xff\\xc3")
        #expect(PrintableText.escaped("\u{9B}31m".utf8) == "\\xc2\\x9b31m")
    }

    @Test("Accept and Content-Format are negotiated")
    func negotiation() throws {
        var request = try Request(.get, "x")
        #expect(try request.negotiate([.json, .text]) == .json)
        request.options.accept = .text
        #expect(try request.negotiate([.json, .text]) == .text)
        request.options.accept = .cbor
        #expect(throws: ResponseError.self) { try request.negotiate([.json, .text]) }
        var put = try Request(.put, "x", payload: Array("hi".utf8))
        #expect(try put.decode(String.self) == "hi")
        put.options.contentFormat = .json
        let error = #expect(throws: ResponseError.self) { try put.decode(String.self) }
        #expect(error?.code == .unsupportedContentFormat)
    }
}
