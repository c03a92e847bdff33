// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Who may do what on the server under attack: the operator everything, everybody else what is not secret.
func accessRules() -> some Middleware { FirstSegmentGuard() }

/// Lets peers other than the operator see paths that begin with one of a few segments.
private struct FirstSegmentGuard: Middleware {
    private static let open: Set<[UInt8]> = Set(
        ["public", "honest", "ledger", "value", "large", "slow", "live", "body", ".well-known"].map { Array($0.utf8) })

    func handle(
        _ request: Request, context: RequestContext,
        next: @Sendable (Request, RequestContext) async throws -> Response
    ) async throws -> Response {
        let first = request.options.first(.uriPath) ?? []
        guard Self.open.contains(first) || context.peer.isOperator else { throw ResponseError(.forbidden) }
        return try await next(request, context)
    }
}

extension Peer {
    /// True for the first device of the keys folder, by its pre-shared key.
    var isOperator: Bool { identity == .preSharedKey(Array("device-1".utf8)) }
}
