// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import Testing

@Suite("Diagnostics that are too long (RFC 7252 §5.5.2)")
struct DiagnosticTests {
    private func cut(_ text: String, _ size: Int) -> String {
        Response.diagnostic(.badRequest, text).truncatingDiagnostic(to: size).text
    }

    @Test("They are cut between two characters")
    func boundaries() {
        #expect(cut("abc", 3) == "abc")
        #expect(cut("abc", 2) == "ab")
        #expect(cut("abc", 0) == "")
        #expect(cut("abc", -1) == "")
        #expect(cut("", 0) == "")
        #expect(["aé", "a€", "a😀"].map { cut($0, 2) } == ["a", "a", "a"])
        #expect((1...5).map { cut("a😀", $0) } == ["a", "a", "a", "a", "a😀"])
        #expect((1...4).map { cut("€x", $0) } == ["", "", "€", "€x"])
    }

    @Test("Bytes that are no text are cut, too")
    func noText() {
        let response = Response(.internalServerError, payload: [UInt8](repeating: 0x80, count: 100))
        #expect((47...50).contains(response.truncatingDiagnostic(to: 50).payload.count))
    }

    @Test("Nothing else is cut, and all else stays")
    func others() {
        let body = [UInt8](repeating: 0x61, count: 100)
        for response in [Response(.content, payload: body), Response(.badRequest, payload: body, contentFormat: .cbor)]
        {
            #expect(response.truncatingDiagnostic(to: 10) == response)
        }
        var error = Response(.serviceUnavailable, text: String(repeating: "a", count: 100))
        error.options.maxAge = 5
        let short = error.truncatingDiagnostic(to: 10)
        #expect(short.payload.count == 10)
        #expect(short.code == error.code && short.options == error.options)
    }
}
