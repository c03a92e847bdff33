// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import Testing

@Suite("What a handler returns")
struct RepresentationTests {
    /// Conforms to `Representation` alone, as a program's own types do.
    private struct Point: Representation {
        static let contentFormats: [ContentFormat] = [.json, .text]
        func encoded(as format: ContentFormat) -> [UInt8] { Array((format == .json ? "[1]" : "1").utf8) }
    }

    private func answer(_ value: some ResponseConvertible, to request: Request) throws -> Response {
        try value.response(to: request)
    }

    @Test(
        "The method picks the code (RFC 7252 §5.9.1)",
        arguments: zip(Method.allCases, ["2.05", "2.04", "2.04", "2.02", "2.05", "2.04", "2.04"]))
    func code(method: CoAPCore.Method, code: String) throws {
        let request = Request(method: method)
        #expect(try answer("text", to: request).code.dotted == code)
        #expect(try answer(Point(), to: request).code.dotted == code)
        #expect(try answer(Response(.created), to: request).code == .created)
    }

    @Test("Accept picks the format")
    func format() throws {
        var request = Request(method: .get)
        #expect(try answer(Point(), to: request) == Response(payload: Array("[1]".utf8), contentFormat: .json))
        request.options.accept = .text
        #expect(try answer(Point(), to: request) == Response(text: "1"))
        request.options.accept = .cbor
        #expect(throws: ResponseError.self) { try answer(Point(), to: request) }
    }
}
