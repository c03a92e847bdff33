// SPDX-License-Identifier: Apache-2.0

/// The resources of a server: which handler answers which method and path.
///
/// A router is filled before the server is made, which takes a copy: routes added later are not seen.
///
/// A path is written as in a URI, `sensors/{name}`; a segment in braces matches any one segment and is found in
/// ``RequestContext/parameters`` under its name, `{name*}` at the end matches the rest of the path. A segment that is
/// written out goes before one in braces.
public final class Router {
    /// What answers a request.
    public typealias Handler<Result> = @Sendable (Request, RequestContext) async throws -> Result

    private(set) var routes: [Route] = []
    private(set) var middleware: [any Middleware] = []

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
    ///   - preconditions: who checks If-Match and If-None-Match (RFC 7252 §5.10.8).
    ///   - handler: answers the request; a `ResponseError` it throws becomes the response, any other error 5.00.
    /// - Precondition: the path is well formed and the method has no other handler on it.
    public func on<Result: ResponseConvertible>(
        _ method: Method, _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping Handler<Result>
    ) {
        let template = PathTemplate(path)
        precondition(
            !routes.contains { $0.method == method && $0.template.overlaps(template) },
            "\(method) \(path) already has a handler")
        routes.append(
            Route(
                method: method, template: template, attributes: attributes, preconditions: preconditions,
                handler: { request, context in try await handler(request, context).response(to: request) }))
    }

    /// Answers GET on a path; see ``on(_:_:attributes:preconditions:handler:)``.
    public func get<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(), handler: @escaping Handler<Result>
    ) { on(.get, path, attributes: attributes, handler: handler) }

    /// Answers PUT on a path; see ``on(_:_:attributes:preconditions:handler:)``.
    public func put<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(), handler: @escaping Handler<Result>
    ) { on(.put, path, attributes: attributes, handler: handler) }

    /// Answers POST on a path; see ``on(_:_:attributes:preconditions:handler:)``.
    public func post<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(), handler: @escaping Handler<Result>
    ) { on(.post, path, attributes: attributes, handler: handler) }

    /// Answers DELETE on a path; see ``on(_:_:attributes:preconditions:handler:)``.
    public func delete<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(), handler: @escaping Handler<Result>
    ) { on(.delete, path, attributes: attributes, handler: handler) }

    /// Answers FETCH on a path (RFC 8132); see ``on(_:_:attributes:preconditions:handler:)``.
    public func fetch<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(), handler: @escaping Handler<Result>
    ) { on(.fetch, path, attributes: attributes, handler: handler) }

    /// Answers PATCH on a path (RFC 8132); see ``on(_:_:attributes:preconditions:handler:)``.
    public func patch<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(), handler: @escaping Handler<Result>
    ) { on(.patch, path, attributes: attributes, handler: handler) }

    /// Answers iPATCH on a path (RFC 8132); see ``on(_:_:attributes:preconditions:handler:)``.
    public func iPatch<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(), handler: @escaping Handler<Result>
    ) { on(.iPatch, path, attributes: attributes, handler: handler) }
}

/// Who checks the conditions of a request (RFC 7252 §5.10.8).
public enum Preconditions: Sendable {
    /// The router: the resource exists and has no entity-tags, so If-None-Match and any If-Match with a tag answer 4.12.
    case resourceExists
    /// The handler itself.
    case checkedByHandler
}
