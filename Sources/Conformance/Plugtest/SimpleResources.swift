// SPDX-License-Identifier: Apache-2.0

import CoAP

/// `/test`, `/seg1/seg2/seg3`, `/query`, `/separate`, `/location-query`, `/multi-format` and `/secure`: they keep nothing.
enum SimpleResources {
    private static let text = LinkAttributes(contentFormats: [.text])

    static func register(on router: Router) {
        var titled = text
        titled.title = "Default test resource"
        router.get("test", attributes: titled) { request, context in
            var response = Response(text: about(request, context))
            response.options.maxAge = 30
            return response
        }
        router.put("test") { _, _ in Response(.changed) }
        router.post("test") { _, _ in
            var response = Response(.created)
            response.options.locationPath = ["location1", "location2", "location3"]
            return response
        }
        router.delete("test") { _, _ in Response(.deleted) }
        for path in ["seg1", "seg1/seg2", "seg1/seg2/seg3"] {
            router.get(path, attributes: text) { _, _ in Response(text: "Long path resource\n/\(path)") }
        }
        router.get("query", attributes: text) { request, context in
            let query = request.options.uriQuery.joined(separator: "&")
            return Response(text: String("\(about(request, context))\n?\(query)".prefix(64)))
        }
        router.get("separate", attributes: text) { request, context in
            // Longer than the server lets anybody wait for an acknowledgement.
            try await Task.sleep(for: .seconds(1))
            return Response(text: about(request, context))
        }
        router.post("location-query") { _, _ in
            var response = Response(.created)
            response.options.locationQuery = ["first=1", "second=2"]
            return response
        }
        router.get("multi-format", attributes: .init(contentFormats: [.text, .xml, .json, .cbor])) { request, _ in
            try multiFormat(request.options.accept ?? .text)
        }
        router.get("secure", attributes: text) { _, context in
            guard let suite = context.peer.cipherSuite else {
                throw ResponseError(.unauthorized, "only over DTLS")
            }
            return Response(text: "secure: \(suite)")
        }
    }

    private static func about(_ request: Request, _ context: RequestContext) -> String {
        "Type: \(context.messageType.rawValue) (\(context.messageType))\n"
            + "Code: \(request.method.rawValue) (\(request.method))\nToken: \(context.token)"
    }

    private static func multiFormat(_ format: ContentFormat) throws(ResponseError) -> Response {
        switch format {
        case .text: return Response(text: "any text")
        case .xml: return Response(payload: Array("<value>any xml</value>".utf8), contentFormat: .xml)
        case .json: return Response(payload: Array("{\"value\":\"any json\"}".utf8), contentFormat: .json)
        // A map with one pair of texts (RFC 8949 §3.1).
        case .cbor:
            return Response(
                payload: [0xA1, 0x65] + Array("value".utf8) + [0x68] + Array("any cbor".utf8), contentFormat: .cbor)
        default: throw ResponseError(.notAcceptable, "text, xml, json or cbor")
        }
    }
}
