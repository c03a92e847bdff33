// SPDX-License-Identifier: Apache-2.0

/// Refuses requests whose body nobody vouches for (docs/digest.md).
///
/// ```swift
/// configuration.digestKeys = try DigestKeyTable([DigestKey(id: "ops", key: key)])
/// router.add(RequireDigest(.hmac, on: ["/firmware"]))
/// ```
///
/// The server itself has compared body and digest by then. A handler that reads its body while it comes is an exception: it
/// must do nothing that cannot be undone before the body's end, which is an error when they differ.
public struct RequireDigest: Middleware {
    /// What is demanded.
    public enum Demand: Sendable {
        /// Any digest: SHA-256 will do, against accidents.
        case any
        /// An HMAC with one of ``ServerConfiguration/digestKeys``.
        case hmac
    }

    private let demand: Demand
    private let routes: Set<String>?
    private let methods: Set<Method>

    /// Demands digests.
    ///
    /// - Parameters:
    ///   - demand: which ones.
    ///   - routes: on which routes, as they were registered, with a slash before; nil for all.
    ///   - methods: of which methods: those that have a body, and DELETE.
    public init(
        _ demand: Demand, on routes: [String]? = nil,
        methods: Set<Method> = [.put, .post, .delete, .fetch, .patch, .iPatch]
    ) {
        self.demand = demand
        self.routes = routes.map(Set.init)
        self.methods = methods
    }

    /// Answers 4.00 without a digest, and 4.01 where a key is demanded and none was used.
    public func handle(
        _ request: Request, context: RequestContext,
        next: @Sendable (Request, RequestContext) async throws -> Response
    ) async throws -> Response {
        guard methods.contains(request.method), routes?.contains(context.route) ?? true else {
            return try await next(request, context)
        }
        switch (demand, context.bodyDigest) {
        case (.any, _?), (.hmac, .hmacSHA256): return try await next(request, context)
        case (.any, nil):
            throw ResponseError(.badRequest, "a digest of the body is demanded here (option 65000)")
        case (.hmac, _):
            throw ResponseError(
                .unauthorized, "an HMAC of the body by a key known here is demanded (option 65000, algorithm 2)")
        }
    }
}
