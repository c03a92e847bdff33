// SPDX-License-Identifier: Apache-2.0

import CoAP

/// `/validate`: a text with an entity-tag (RFC 7252 §5.6.2, §5.10.8.1).
final class ValidatedResource: Sendable {
    private struct State {
        var text = ValidatedResource.first
        var version = UInt32.random(in: 1 ... .max / 2)

        var tag: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: version >> (24 - 8 * $0)) } }

        mutating func store(_ bytes: [UInt8]) {
            text = bytes
            version &+= 1
        }
    }

    private static let first = Array("Resource which varies".utf8)

    private let state = Locked(State())

    func register(on router: Router) {
        let attributes = LinkAttributes(contentFormats: [.text], title: "Resource which varies")
        router.get("validate", attributes: attributes, preconditions: .checkedByHandler) { [state] request, _ in
            state.withLock { state in
                if request.options.eTags.contains(state.tag) {
                    var response = Response(.valid)
                    response.options.eTags = [state.tag]
                    return response
                }
                var response = Response(payload: state.text, contentFormat: .text)
                response.options.eTags = [state.tag]
                return response
            }
        }
        router.put("validate", preconditions: .checkedByHandler) { [state] request, _ in
            try state.withLock { state in
                let wanted = request.options.ifMatch
                // An empty value stands for any entity-tag.
                let isMatch = wanted.isEmpty || wanted.contains(state.tag) || wanted.contains([])
                guard isMatch, !request.options.ifNoneMatch else { throw ResponseError(.preconditionFailed) }
                state.store(request.payload)
                var response = Response(.changed)
                response.options.eTags = [state.tag]
                return response
            }
        }
        router.delete("validate", preconditions: .checkedByHandler) { [state] _, _ in
            state.withLock { $0.store(Self.first) }
            return Response(.deleted)
        }
    }
}
