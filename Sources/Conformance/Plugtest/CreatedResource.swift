// SPDX-License-Identifier: Apache-2.0

import CoAP

/// `/create1`: there only once it was put (RFC 7252 §5.10.8.2).
final class CreatedResource: Sendable {
    private let stored = Locked<Response?>(nil)

    func register(on router: Router) {
        router.get("create1", attributes: .init(isListed: false), preconditions: .checkedByHandler) {
            [stored] request, _ in
            guard let found = stored.withLock({ $0 }) else { throw ResponseError(.notFound) }
            if let wanted = request.options.accept, wanted != found.contentFormat {
                throw ResponseError(.notAcceptable)
            }
            return found
        }
        router.put("create1", preconditions: .checkedByHandler) { [stored] request, _ in
            guard let format = request.options.contentFormat else {
                throw ResponseError(.badRequest, "Content-Format not set")
            }
            return try stored.withLock { stored in
                guard stored == nil || !request.options.ifNoneMatch else {
                    // As Californium: the next one finds it as it was.
                    stored = nil
                    throw ResponseError(.preconditionFailed)
                }
                let code = stored == nil ? Code.created : .changed
                stored = Response(payload: request.payload, contentFormat: format)
                return Response(code)
            }
        }
        router.delete("create1", preconditions: .checkedByHandler) { [stored] _, _ in
            stored.withLock { $0 = nil }
            return Response(.deleted)
        }
    }
}
