// SPDX-License-Identifier: Apache-2.0

import Logging

/// A router as a server uses it: immutable, with the middleware around the handlers.
package struct RouteTable: Sendable {
    private let tree: RouteTree
    let hasMiddleware: Bool
    /// Those of the middleware that say at once who may do what.
    private let authorizers: [any RequestAuthorizer]
    /// True when no other middleware stands before the handlers.
    private let onlyAuthorizes: Bool
    /// The resources that can be observed.
    let observables: [ObservableResource]
    let limiter = LogLimiter()
    private let respond: @Sendable (Request, RequestContext) async throws -> Response

    /// Takes a copy of a router's routes and adds `.well-known/core` (RFC 6690 §4).
    package init(_ router: Router) {
        authorizers = router.middleware.compactMap { $0 as? any RequestAuthorizer }
        onlyAuthorizes = authorizers.count == router.middleware.count
        for case let demand as RequireDigest in router.middleware {
            if let missing = demand.missingRoute(in: router.routes) {
                preconditionFailure(
                    "a digest is demanded on \(missing), and there is no such route; add it, or mend its name")
            }
        }
        let discovery = WellKnownCore(router.routes, authorizers)
        tree = RouteTree(router.routes + [discovery.route])
        observables = router.routes.compactMap(\.observable)
        hasMiddleware = !router.middleware.isEmpty
        var respond: @Sendable (Request, RequestContext) async throws -> Response = Self.callHandler
        for middleware in router.middleware.reversed() {
            let next = respond
            respond = { try await middleware.handle($0, context: $1, next: next) }
        }
        self.respond = respond
    }

    /// Answers a request; whatever goes wrong becomes a response.
    package func response(to request: Request, _ context: RequestContext) async -> Response {
        do {
            return try await respond(request, context)
        } catch {
            return self.response(for: error, context)
        }
    }

    /// Answers a request whose handler does not wait; nil when it might, or middleware that may wait stands before it.
    package func immediateResponse(to request: Request, _ context: RequestContext) -> Response? {
        guard onlyAuthorizes else { return nil }
        do {
            for authorizer in authorizers { try authorizer.check(request, context) }
            guard case .immediate(let handler) = try Self.route(for: request, context).handler else { return nil }
            return try handler(request, context)
        } catch {
            return self.response(for: error, context)
        }
    }

    private func response(for error: any Error, _ context: RequestContext) -> Response {
        switch error {
        case let error as ResponseError: return error.response
        // The server says it in its own words; it is no failure of the handler's.
        case let error as CoAPError where error.code == .digestMismatch: return .diagnostic(.badRequest, error.message)
        case is CancellationError: return .diagnostic(.serviceUnavailable, "the request was given up")
        default:
            if let suppressed = limiter.admit(.handlerFailed, route: context.route) {
                context.logger.error(
                    "handler failed",
                    metadata: [
                        LogKey.route: "\(context.route)", LogKey.error: "\(error)",
                        LogKey.suppressed: "\(suppressed)",
                    ])
            }
            return Response(.internalServerError)
        }
    }

    /// Notes in the context the route found for the request.
    package func locate(_ request: Request, _ context: inout RequestContext) {
        guard let match = tree.match(request.options, method: request.method) else { return }
        context.route = match.path
        context.parameters.all = match.parameters
        context.parameters.isComplete = match.methods[Int(request.method.rawValue)] != nil
        context.match = match
    }

    private static let callHandler: @Sendable (Request, RequestContext) async throws -> Response = { request, context in
        // A middleware may have handed it on all the same.
        if let refusal = context.refusal { throw refusal }
        return switch try route(for: request, context).handler {
        case .immediate(let handler): try handler(request, context)
        case .suspending(let handler), .reading(_, let handler): try await handler(request, context)
        }
    }

    /// The route that answers a request.
    ///
    /// - Throws: `ResponseError`: 4.04, 4.05, or 4.12 when a condition does not hold.
    private static func route(for request: Request, _ context: RequestContext) throws -> Route {
        guard let match = context.match else { throw ResponseError(.notFound, "no such resource") }
        guard let route = match.methods[Int(request.method.rawValue)] else {
            throw ResponseError(.methodNotAllowed, "this resource does not know \(request.method)")
        }
        if context.mayHaveConditions { try check(route.preconditions, request, context) }
        return route
    }

    /// RFC 7252 §5.10.8 binds every method; one entity-tag that matches is enough, and the empty one matches what exists.
    private static func check(
        _ preconditions: Preconditions, _ request: Request, _ context: RequestContext
    ) throws {
        let ifMatch = request.options.ifMatch
        let holds: Bool
        switch preconditions {
        case .checkedByHandler: return
        case .resourceExists: holds = !request.options.ifNoneMatch && (ifMatch.isEmpty || ifMatch.contains([]))
        case .entityTag(let current):
            let tag = try current(request, context)
            let matches = ifMatch.contains { $0.isEmpty ? tag != nil : $0 == tag }
            holds = (ifMatch.isEmpty || matches) && !(request.options.ifNoneMatch && tag != nil)
        }
        guard holds else { throw ResponseError(.preconditionFailed) }
    }

    /// Why a peer may not make this request; nil when it may, or when nobody decides that.
    func refusal(of request: Request, by peer: Peer) -> ResponseError? {
        for authorizer in authorizers {
            if let refusal = authorizer.refusal(of: request, by: peer) { return refusal }
        }
        return nil
    }

    /// Why a peer may not make a request that has to do with blocks or a digest, which are dealt with before middleware is asked.
    func refusal(inAdvance request: Request, _ scan: OptionScan, by peer: Peer) -> ResponseError? {
        guard !authorizers.isEmpty, scan.block1 != nil || (scan.block2 ?? 0) >> 4 > 0 || scan.hasDigest else {
            return nil
        }
        return refusal(of: request, by: peer)
    }

    /// True when a body must be made anew for each of its blocks: the list of resources, where it depends on who may do what.
    func isMadeAnew(_ route: String) -> Bool { !authorizers.isEmpty && route == WellKnownCore.route }

    /// Why a body in blocks need not come at all; nil when that is known only with the whole of it, or middleware decides. Who
    /// may not send it was refused before.
    func earlyRefusal(_ request: Request, _ context: RequestContext) -> Response? {
        guard onlyAuthorizes else { return nil }
        do {
            _ = try Self.route(for: request, context)
            return nil
        } catch {
            return response(for: error, context)
        }
    }

    /// The most bytes of a body that its handler reads while it comes; nil where the handler wants it whole.
    func uploadLimit(_ context: RequestContext, _ method: Method) -> Int? {
        guard case .reading(let limit, _) = context.match?.methods[Int(method.rawValue)]?.handler else { return nil }
        return limit
    }
}

extension Method {
    /// True for methods that only read (RFC 7252 §5.8.1, RFC 8132 §2.1).
    var isSafe: Bool { self == .get || self == .fetch }
}
