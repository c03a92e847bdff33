// SPDX-License-Identifier: Apache-2.0

import CoAP

/// `/large`, `/large-separate`, `/large-update`, `/large-create` and `/large-post`: bodies of many blocks.
final class LargeResources: Sendable {
    private struct State {
        var stored = LargeResources.body
        var format = ContentFormat.text
        var created: [Int: Response] = [:]
        var last = 0
    }

    /// What everybody may leave is bounded: the oldest makes room.
    private static let maximumCreated = 32

    private let state = Locked(State())

    /// Five blocks of four lines of 64 bytes: 1,280 bytes.
    static let body: [UInt8] = (1...5).flatMap { number in
        let title = "RESOURCE BLOCK NO. \(number) OF 5"
        let lines = ["/" + String(repeating: "-", count: 61) + "\\", title, "", ""].map { line in
            Array((line + String(repeating: " ", count: 63)).utf8.prefix(63)) + [UInt8(ascii: "\n")]
        }
        return lines.flatMap { $0 }
    }

    func register(on router: Router) {
        let large = LinkAttributes(resourceType: "block", contentFormats: [.text], size: Self.body.count)
        router.get("large", attributes: large) { _, _ in Response(payload: Self.body, contentFormat: .text) }
        router.get("large-separate", attributes: large) { _, _ in
            try await Task.sleep(for: .seconds(1))
            return Response(payload: Self.body, contentFormat: .text)
        }
        router.get("large-update", attributes: large) { [state] request, _ in
            try state.withLock { state in
                if let wanted = request.options.accept, wanted != state.format {
                    throw ResponseError(.notAcceptable, "\(state.format) only")
                }
                return Response(payload: state.stored, contentFormat: state.format)
            }
        }
        router.put("large-update") { [state] request, _ in
            let format = try Self.format(of: request)
            state.withLock { ($0.stored, $0.format) = (request.payload, format) }
            return Response(.changed)
        }
        router.post("large-post", attributes: .init(resourceType: "block")) { request, _ in
            guard try Self.format(of: request) == .text else {
                throw ResponseError(.unsupportedContentFormat, "text only")
            }
            let upper = request.payload.map { (97...122).contains($0) ? $0 - 32 : $0 }
            return Response(.changed, payload: upper, contentFormat: .text)
        }
        registerCreation(on: router)
    }

    private func registerCreation(on router: Router) {
        router.get("large-create", attributes: .init(resourceType: "block", contentFormats: [.linkFormat])) {
            [state] _, _ in
            let numbers = state.withLock { $0.created.keys.sorted() }
            return LinkFormat(numbers.map { Link(target: "/large-create/\($0)") })
        }
        router.post("large-create") { [state] request, _ in
            let format = try Self.format(of: request)
            let number = state.withLock { state in
                state.last += 1
                state.created[state.last] = Response(payload: request.payload, contentFormat: format)
                state.created[state.last - Self.maximumCreated] = nil
                return state.last
            }
            var response = Response(.created)
            response.options.locationPath = ["large-create", "\(number)"]
            return response
        }
        router.get("large-create/{number}") { [state] _, context in
            let found = Int(context.parameters["number"]).flatMap { number in state.withLock { $0.created[number] } }
            guard let found else { throw ResponseError(.notFound) }
            return found
        }
        router.delete("large-create/{number}") { [state] _, context in
            if let number = Int(context.parameters["number"]) {
                state.withLock { _ = $0.created.removeValue(forKey: number) }
            }
            return Response(.deleted)
        }
    }

    private static func format(of request: Request) throws(ResponseError) -> ContentFormat {
        guard let format = request.options.contentFormat else {
            throw ResponseError(.badRequest, "Content-Format not set")
        }
        return format
    }
}
