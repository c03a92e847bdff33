// SPDX-License-Identifier: Apache-2.0

/// The resources of a server: which handler answers which method and path.
///
/// A router is filled before the server is made, which takes a copy: routes added later are not seen.
///
/// A path is written as in a URI, `sensors/{name}`; a segment in braces matches any one segment and is found in
/// ``RequestContext/parameters`` under its name, `{name*}` at the end matches the rest of the path. A segment that is
/// written out goes before one in braces. `.` and `..` match nothing: a request with such a segment is answered 4.00.
///
/// A handler that never waits (no `await` in it) is called directly; one that does runs in a task of its own on the server's
/// loop. Which of the two a closure is, the compiler sees.
public final class Router {
    /// What answers a request, waiting for others where it must.
    public typealias Handler<Result> = @Sendable (Request, RequestContext) async throws -> Result

    /// What answers a request without waiting.
    public typealias ImmediateHandler<Result> = @Sendable (Request, RequestContext) throws -> Result

    private(set) var routes: [Route] = []
    private(set) var middleware: [any Middleware] = []
    /// What has a handler: a server with many devices has a hundred thousand routes.
    private var taken: Set<Place> = []

    private struct Place: Hashable {
        let method: Method
        let segments: [PathTemplate.Segment]
    }

    /// A router without routes.
    public init() {}

    /// Has a middleware see every request, behind those added before.
    public func add(_ middleware: some Middleware) { self.middleware.append(middleware) }

    /// Answers a method on a path.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - path: the path, `sensors/{name}`.
    ///   - attributes: what `.well-known/core` says of the resource; the attributes of a path's methods are joined.
    ///   - preconditions: who checks If-Match and If-None-Match (RFC 7252 §5.10.8), whatever the method.
    ///   - handler: answers the request; a `ResponseError` it throws becomes the response, any other error 5.00.
    /// - Precondition: the path is well formed — no empty segment, no `.` or `..`, no query, at most 32 segments, names in
    ///   braces that differ — and the method has no other handler on it; GET of `.well-known/core` has one.
    public func on<Result: ResponseConvertible>(
        _ method: Method, _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping Handler<Result>
    ) {
        add(
            method, path, attributes, preconditions,
            .suspending { request, context in try await handler(request, context).response(to: request) })
    }

    /// Answers a method on a path without waiting; parameters as in the other `on`.
    public func on<Result: ResponseConvertible>(
        _ method: Method, _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping ImmediateHandler<Result>
    ) {
        add(
            method, path, attributes, preconditions,
            .immediate { request, context in try handler(request, context).response(to: request) })
    }

    func add(
        _ method: Method, _ path: String, _ attributes: LinkAttributes, _ preconditions: Preconditions,
        _ handler: Route.Handler, observable: ObservableResource? = nil
    ) {
        let template: PathTemplate
        do throws(CoAPError) { template = try PathTemplate(path) } catch { preconditionFailure(error.message) }
        precondition(
            method != .get || template.segments != WellKnownCore.template.segments,
            ".well-known/core lists the routes by itself; their attributes say what stands in it")
        precondition(
            taken.insert(Place(method: method, segments: template.nameless)).inserted,
            "\(method) \(path) already has a handler")
        routes.append(
            Route(
                method: method, template: template, attributes: attributes, preconditions: preconditions,
                handler: handler, observable: observable))
    }
}

/// Who checks the conditions of a request (RFC 7252 §5.10.8).
public enum Preconditions: Sendable {
    /// The router: the resource exists and has no entity-tags, so If-None-Match answers 4.12, and so does If-Match unless
    /// one of its values is the empty one.
    case resourceExists
    /// The handler itself.
    case checkedByHandler
    /// The router, by the resource's present entity-tag, 1–8 bytes, which the closure says; nil says that the resource does not
    /// exist. What does not hold answers 4.12.
    case entityTag(@Sendable (Request, RequestContext) throws -> [UInt8]?)
}
