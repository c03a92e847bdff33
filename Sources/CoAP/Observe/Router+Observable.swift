// SPDX-License-Identifier: Apache-2.0

// Resources that can be observed (RFC 7641).
extension Router {
    /// Answers GET on a path, or FETCH, and lets clients observe the resource (RFC 7641).
    ///
    /// The handler is asked for each registration and, once for all observers with the same request, after each
    /// ``ObservableResource/changed()``; middleware sees both. A success is the next notification, with its Max-Age and
    /// ETag as they are; an error ends the observation (RFC 7641 §4.2). `pmin`, `pmax`, `gt`, `lt`, `st` and `band` of the
    /// query are the server's (draft-ietf-core-conditional-attributes): the handler does not see them, middleware does; a
    /// malformed one is answered 4.00.
    ///
    /// - Parameters:
    ///   - path: the path, `sensors/{name}`; a change is one of everything it matches.
    ///   - method: GET or FETCH.
    ///   - attributes: what `.well-known/core` says of the resource; `obs` is added.
    ///   - preconditions: who checks If-Match and If-None-Match.
    ///   - notifications: which notifications are confirmable.
    ///   - sharing: whose notifications may have one rendering in common.
    ///   - handler: answers the request and makes the notifications.
    /// - Returns: what is told when the resource has changed.
    /// - Precondition: as for `on`; the method is GET or FETCH.
    @discardableResult
    public func observable<Result: ResponseConvertible>(
        _ path: String, method: Method = .get, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, notifications: NotificationPolicy = .default,
        sharing: RepresentationSharing = .sameIdentity, handler: @escaping Handler<Result>
    ) -> ObservableResource {
        let resource = ObservableResource(policy: notifications, sharing: sharing)
        addObservable(
            method, path, attributes, preconditions, resource,
            .suspending { request, context in
                let request = try request.withoutConditionalAttributes()
                let result = try await handler(request, context)
                context.note(result)
                return try result.response(to: request)
            })
        return resource
    }

    /// Answers GET on a path, or FETCH, without waiting, and lets clients observe the resource; as the other `observable`.
    @discardableResult
    public func observable<Result: ResponseConvertible>(
        _ path: String, method: Method = .get, attributes: LinkAttributes = LinkAttributes(),
        preconditions: Preconditions = .resourceExists, notifications: NotificationPolicy = .default,
        sharing: RepresentationSharing = .sameIdentity, handler: @escaping ImmediateHandler<Result>
    ) -> ObservableResource {
        let resource = ObservableResource(policy: notifications, sharing: sharing)
        addObservable(
            method, path, attributes, preconditions, resource,
            .immediate { request, context in
                let request = try request.withoutConditionalAttributes()
                let result = try handler(request, context)
                context.note(result)
                return try result.response(to: request)
            })
        return resource
    }

    func addObservable(
        _ method: Method, _ path: String, _ attributes: LinkAttributes, _ preconditions: Preconditions,
        _ resource: ObservableResource, _ handler: Route.Handler
    ) {
        precondition(method.isSafe, "GET and FETCH observe (RFC 7641 §1.2, RFC 8132 §2.4), \(method) does not")
        var attributes = attributes
        let flag = Link.Attribute("obs")
        if !attributes.others.contains(flag) { attributes.others.append(flag) }
        add(method, path, attributes, preconditions, handler, observable: resource)
    }
}

extension RequestContext {
    /// Puts down the number a handler's result stands for, when somebody observes by it.
    func note(_ result: some ResponseConvertible) {
        guard let observedNumber, let value = result as? any ObservableValue else { return }
        observedNumber.number = value.observableValue
    }
}
