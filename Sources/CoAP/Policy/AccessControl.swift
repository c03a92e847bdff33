// SPDX-License-Identifier: Apache-2.0

import Logging
import Metrics

/// Refuses what an ``AccessPolicy`` does not allow: 4.01 to anonymous peers, 4.03 to others (RFC 7252 §5.9.2).
///
/// ```swift
/// let access = AccessControl(policy)
/// router.add(access)
/// // Later, with the server running:
/// access.update(newPolicy)
/// ```
///
/// A refusal is the same for every path and tells nothing of what exists. The policy holds for requests, for each block of a body,
/// and for observations each time something is sent: an observer that lost its right gets the refusal in place of the next
/// notification. `.well-known/core` may be read by everybody, and shows a peer the resources of which it may use a method
/// at least. Requests to all nodes of a network are those of an anonymous peer, and are not answered when they are refused.
///
/// Refusals are logged at level notice, one line a minute for each route, and counted in `coap.server.refusals` by
/// their code.
public final class AccessControl: RequestAuthorizer {
    private let current: Locked<AccessPolicy>
    private let limiter = LogLimiter()
    private let unauthorized: Counter
    private let forbidden: Counter

    /// An access control by a policy.
    ///
    /// - Parameter policy: who may do what.
    public init(_ policy: AccessPolicy) {
        current = Locked(policy)
        unauthorized = Self.counter(.unauthorized)
        forbidden = Self.counter(.forbidden)
    }

    private static func counter(_ code: Code) -> Counter {
        Counter(label: "coap.server.refusals", dimensions: [("code", code.dotted)])
    }

    /// The policy that holds now.
    public var policy: AccessPolicy { current.withLock { $0 } }

    /// Has another policy hold from now on, for sessions and observations that exist, too. What was begun before is finished:
    /// handlers under way answer, and a registration under way sends its first value.
    ///
    /// - Parameter policy: who may do what.
    public func update(_ policy: AccessPolicy) { current.withLock { $0 = policy } }

    /// Refuses a request, or hands it on.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - context: who asks.
    ///   - next: what answers a request that is allowed.
    /// - Throws: `ResponseError` with code 4.01 or 4.03, and what `next` throws.
    public func handle(
        _ request: Request, context: RequestContext,
        next: @Sendable (Request, RequestContext) async throws -> Response
    ) async throws -> Response {
        try check(request, context)
        return try await next(request, context)
    }

    package func check(_ request: Request, _ context: RequestContext) throws(ResponseError) {
        guard let refusal = context.refusal ?? refusal(of: request, by: context.peer) else { return }
        report(refusal, request, context)
        throw refusal
    }

    package func refusal(of request: Request, by peer: Peer) -> ResponseError? {
        switch policy.decision(for: peer.identity, request.method, request.options.uriPath).refusal {
        case nil: return nil
        case .unauthorized?: return ResponseError(.unauthorized, "identify yourself by a key or certificate")
        case let code?: return ResponseError(code, "your identity has no right to this")
        }
    }

    package func permits(_ method: Method, _ path: [String], to peer: Peer) -> Bool {
        policy.decision(for: peer.identity, method, path).isAllowed
    }

    private func report(_ refusal: ResponseError, _ request: Request, _ context: RequestContext) {
        (refusal.code == .unauthorized ? unauthorized : forbidden).increment()
        guard let suppressed = limiter.admit(.accessRefused, route: context.route) else { return }
        context.logger.notice(
            "request refused by the policy",
            metadata: [
                LogKey.peerIdentity: "\(context.peer.identity)",
                LogKey.peerAddress: "\(context.peer.address?.description ?? "")", LogKey.method: "\(request.method)",
                LogKey.route: "\(context.route)", LogKey.code: "\(refusal.code.dotted)",
                LogKey.suppressed: "\(suppressed)",
            ])
    }
}
