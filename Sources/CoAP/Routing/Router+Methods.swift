// SPDX-License-Identifier: Apache-2.0

// One name for each method, for handlers that wait and for those that do not.
extension Router {
    /// Answers GET on a path; parameters as in `on`.
    public func get<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping Handler<Result>
    ) { on(.get, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers PUT on a path; parameters as in `on`.
    public func put<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping Handler<Result>
    ) { on(.put, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers POST on a path; parameters as in `on`.
    public func post<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping Handler<Result>
    ) { on(.post, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers DELETE on a path; parameters as in `on`.
    public func delete<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping Handler<Result>
    ) { on(.delete, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers FETCH on a path (RFC 8132); parameters as in `on`.
    public func fetch<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping Handler<Result>
    ) { on(.fetch, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers PATCH on a path (RFC 8132); parameters as in `on`.
    public func patch<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping Handler<Result>
    ) { on(.patch, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers iPATCH on a path (RFC 8132); parameters as in `on`.
    public func iPatch<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping Handler<Result>
    ) { on(.iPatch, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers GET on a path without waiting; parameters as in `on`.
    public func get<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping ImmediateHandler<Result>
    ) { on(.get, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers PUT on a path without waiting; parameters as in `on`.
    public func put<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping ImmediateHandler<Result>
    ) { on(.put, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers POST on a path without waiting; parameters as in `on`.
    public func post<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping ImmediateHandler<Result>
    ) { on(.post, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers DELETE on a path without waiting; parameters as in `on`.
    public func delete<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping ImmediateHandler<Result>
    ) { on(.delete, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers FETCH on a path without waiting; parameters as in `on`.
    public func fetch<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping ImmediateHandler<Result>
    ) { on(.fetch, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers PATCH on a path without waiting; parameters as in `on`.
    public func patch<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping ImmediateHandler<Result>
    ) { on(.patch, path, attributes: attributes, preconditions: preconditions, handler: handler) }

    /// Answers iPATCH on a path without waiting; parameters as in `on`.
    public func iPatch<Result: ResponseConvertible>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, handler: @escaping ImmediateHandler<Result>
    ) { on(.iPatch, path, attributes: attributes, preconditions: preconditions, handler: handler) }
}
