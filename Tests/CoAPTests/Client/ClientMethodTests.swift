// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

/// What the client's methods put into their requests, and what can be asked of a response.
@Suite("The client's methods")
struct ClientMethodTests {
    private static func router() -> Router {
        let router = Router()
        router.get("items/{name}") { request, context in
            context.parameters["name"] + "|" + request.options.uriQuery.joined(separator: "&")
        }
        router.put("echo") { request, _ in
            Response(.changed, options: request.options, payload: request.payload)
        }
        router.post("echo") { request, _ in
            Response(.changed, options: request.options, payload: request.payload)
        }
        return router
    }

    @Test("A path in segments is taken as it is, a text as in a URI")
    func paths() async throws {
        try await Loopback.withServer(Self.router()) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                let segments = try await session.get(["items", "a/b?c&d%20"])
                #expect(segments.text == "a/b?c&d%20|")
                let text = try await session.get("items/a%2Fb?c&d")
                #expect(text.text == "a/b|c&d")
                let reference = try await session.get(CoAPURI.Reference(path: ["items", "?"], query: ["q=1"]))
                #expect(reference.text == "?|q=1")
            }
        }
    }

    @Test("Options, texts and values go along with the methods")
    func bodies() async throws {
        try await Loopback.withServer(Self.router()) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                let tagged = try await session.put("echo", [1], options: [CoAPOption(.eTag, [7, 7])])
                #expect(tagged.options.eTags == [[7, 7]])
                let text = try await session.post("echo", text: "on")
                #expect(text.text == "on" && text.contentFormat == .text)
                let value = try await session.put("echo", "a value", as: .text)
                #expect(try value.decode(String.self) == "a value")
                let error = await #expect(throws: CoAPError.self) {
                    try await session.put("echo", "a value", as: .cbor)
                }
                #expect(error?.code == .invalidArgument)
            }
        }
    }

    @Test("Success can be required")
    func success() async throws {
        try await Loopback.withServer(Self.router()) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                let missing = try await session.get("nothing")
                let error = #expect(throws: CoAPError.self) { try missing.requireSuccess() }
                #expect(error?.code == .errorResponse && error?.responseCode == .notFound)
                try await session.get(["items", "a"]).requireSuccess()
            }
        }
    }

    @Test("Messages that are sent keep to 1,152 bytes, and the largest of them arrive", arguments: [false, true])
    func sizes(isSecure: Bool) async throws {
        let router = Router()
        router.get("bytes/{count}") { _, context in
            let count = Int(context.parameters["count"]) ?? 0
            return Response(.content, payload: [UInt8](repeating: 120, count: count))
        }
        router.put("bytes") { request, _ in Response(.changed, text: "\(request.payload.count)") }
        let key = Secret("a key of more than sixteen bytes".utf8)
        let table = try PreSharedKeyTable([PreSharedKey(identity: "me", key: key)])
        let endpoint = isSecure ? ServerEndpoint.coaps("::1", port: 0) : .coap("::1", port: 0)
        try await Loopback.withServer(router, endpoints: [endpoint], security: isSecure ? .preSharedKeys(table) : nil) {
            uris in
            let security = isSecure ? try ClientSecurity.preSharedKey(identity: "me", key: key) : .plain
            try await CoAPClient.withSession(to: uris[0], security: security) { session in
                for size in stride(from: 900, through: 1_024, by: 4) {
                    let answer = try await session.get("bytes/\(size)")
                    #expect(answer.payload.count == size, "\(size): \(answer.code)")
                }
                let least = try await session.put("bytes", [UInt8](repeating: 1, count: 1_024))
                #expect(least.text == "1024")
                let error = await #expect(throws: CoAPError.self) {
                    try await session.get([String](repeating: String(repeating: "p", count: 200), count: 6))
                }
                #expect(error?.code == .tooLarge)
            }
        }
    }
}
