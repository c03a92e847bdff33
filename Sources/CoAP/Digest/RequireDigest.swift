// SPDX-License-Identifier: Apache-2.0

/// Refuses requests whose body nobody vouches for (docs/digest.md).
///
/// ```swift
/// configuration.digestKeys = try DigestKeyTable([DigestKey(id: "ops", key: key)])
/// router.add(RequireDigest(.hmac, on: ["firmware"]))
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
    private let routes: [PathTemplate]?
    private let methods: Set<Method>

    /// Demands digests.
    ///
    /// - Parameters:
    ///   - demand: which ones.
    ///   - routes: on which routes, written as for the router, `firmware/{slot}`; nil for all.
    ///   - methods: of which methods: those that have a body, and DELETE.
    /// - Precondition: each route is well formed, and the router has it when the server is made.
    public init(
        _ demand: Demand, on routes: [String]? = nil,
        methods: Set<Method> = [.put, .post, .delete, .fetch, .patch, .iPatch]
    ) {
        self.demand = demand
        self.routes = routes?.map { route in
            do throws(CoAPError) { return try PathTemplate(route) } catch { preconditionFailure(error.message) }
        }
        self.methods = methods
    }

    /// A route that is named and is none of these: it would never be asked for a digest.
    func missingRoute(in routes: [Route]) -> PathTemplate? {
        self.routes?.first { named in !routes.contains { $0.template.overlaps(named) } }
    }

    private func concerns(_ request: Request, _ context: RequestContext) -> Bool {
        guard methods.contains(request.method) else { return false }
        guard let routes else { return true }
        // All routes of a path are written alike, but for their parameters' names.
        guard let route = context.match?.methods.lazy.compactMap({ $0 }).first else { return false }
        return routes.contains { $0.overlaps(route.template) }
    }

    /// Answers 4.00 without a digest, and 4.01 where a key is demanded and none was used.
    public func handle(
        _ request: Request, context: RequestContext,
        next: @Sendable (Request, RequestContext) async throws -> Response
    ) async throws -> Response {
        guard concerns(request, context) else { return try await next(request, context) }
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
