// SPDX-License-Identifier: Apache-2.0

// Resources whose state is the newest element of a sequence.
extension Router {
    /// Answers GET on a path with the newest element of a sequence, and notifies observers of each (RFC 7641).
    ///
    /// ```swift
    /// router.observable("sensors/temperature") { thermometer.readings }
    /// ```
    ///
    /// The sequence is made by the first observer or request and iterated while there is one; a second after the last has gone
    /// its task is cancelled, and the next one makes it anew. A request waits for the first element, at most for the server's
    /// `handlerTimeout`. When the sequence throws, observers and those who wait get 5.00, or the `ResponseError` it threw;
    /// when it ends, its last element stays what the resource is, and observers stay: 4.04 without an element. Both last until
    /// nobody uses the sequence any more.
    ///
    /// - Parameters:
    ///   - path: the path; every path it matches shows the same.
    ///   - attributes: what `.well-known/core` says of the resource; `obs` is added.
    ///   - notifications: which notifications are confirmable.
    ///   - sharing: whose notifications may have one rendering in common; everybody's, since an element depends on nobody.
    ///   - sequence: makes the sequence.
    /// - Returns: the resource, by which its observations can be ended.
    /// - Precondition: as for `on`.
    @discardableResult
    public func observable<Elements: AsyncSequence & SendableMetatype>(
        _ path: String, attributes: LinkAttributes = LinkAttributes(),
        notifications: NotificationPolicy = .default, sharing: RepresentationSharing = .allPeers,
        sequence: @escaping @Sendable () -> Elements
    ) -> ObservableResource where Elements.Element: ResponseConvertible, Elements.AsyncIterator: SendableMetatype {
        let target = Locked<ObservableResource?>(nil)
        let observed = ObservedSequence<Elements.Element> { observed in
            let run = observed.run
            let resource = target.withLock { $0 }
            do {
                for try await element in sequence() {
                    guard let isFirst = observed.offer(element, run: run) else { return }
                    // The first one is the answer that every observer is still waiting for.
                    if !isFirst { resource?.changed() }
                }
                if observed.finish(ResponseError(.notFound, "there is no value"), keepsLatest: true, run: run),
                    !observed.hasValue
                {
                    resource?.end(with: .diagnostic(.notFound, "there is no value"))
                }
            } catch {
                let failure = error as? ResponseError ?? ResponseError(.internalServerError)
                guard observed.finish(failure, keepsLatest: false, run: run) else { return }
                let response = failure.response
                resource?.end(with: [4, 5].contains(response.code.class) ? response : Response(.internalServerError))
            }
        }
        let resource = ObservableResource(policy: notifications, sharing: sharing) { observed.observersChanged(to: $0) }
        target.withLock { $0 = resource }
        addObservable(
            .get, path, attributes, .resourceExists, resource,
            .suspending { request, context in
                let request = try request.withoutConditionalAttributes()
                let element = try await observed.latest()
                context.note(element)
                return try element.response(to: request)
            })
        return resource
    }
}
