// SPDX-License-Identifier: Apache-2.0

extension ClientSession {
    /// Observes a resource: the closure reads its state as it changes, for as long as it runs (RFC 7641).
    ///
    /// ```swift
    /// try await session.observe("sensors/temperature") { states in
    ///     for try await state in states {
    ///         if case .value(let notification) = state { print(notification.response.text) }
    ///     }
    /// }
    /// ```
    ///
    /// The client registers anew when a value goes stale and when the connection was lost, until the closure ends. Then, and when
    /// the task is cancelled, the server is told to forget it, for which it has
    /// ``ObservationConfiguration/deregistrationTimeout``.
    ///
    /// - Parameters:
    ///   - path: path and query as in a URI, `"sensors/kitchen?unit=K"`, or the path's segments, `["items", name]`.
    ///   - accept: the one format to answer in; nil leaves it to the server.
    ///   - options: further options of the registration; Observe is added.
    ///   - configuration: when a value is stale, and how to register anew.
    ///   - isolation: the caller's actor, on which the closure runs; leave it out.
    ///   - body: reads the states.
    /// - Returns: what the closure returns.
    /// - Throws: `CoAPError`: `invalidURI` for a malformed path, `invalidArgument` for a configuration that makes no sense, and
    ///   whatever the closure throws. Reading the states throws what the first registration failed of, unless waiting may mend
    ///   it: `handshakeFailed`, `unreachable`, `protocolError`, `tooLarge`; and `cancelled` when the task is.
    public func observe<Result>(
        _ path: some ResourcePath, accept: ContentFormat? = nil, options: Options = Options(),
        configuration: ObservationConfiguration = ObservationConfiguration(),
        isolation: isolated (any Actor)? = #isolation, _ body: (ObservationStates) async throws -> Result
    ) async throws -> Result {
        let request = try Request(.get, path, accept: accept, options: options)
        return try await observe(request, configuration: configuration, isolation: isolation, body)
    }

    /// Observes what a request asks for, as ``observe(_:accept:options:configuration:isolation:_:)`` does: with FETCH a part of a
    /// resource (RFC 8132 §2.4).
    ///
    /// - Parameters:
    ///   - request: a GET or FETCH; Observe is added. Of a FETCH the payload fits one message.
    ///   - configuration: when a value is stale, and how to register anew.
    ///   - isolation: the caller's actor, on which the closure runs; leave it out.
    ///   - body: reads the states.
    /// - Returns: what the closure returns.
    /// - Throws: `CoAPError`: `invalidArgument` for another method or a configuration that makes no sense, `tooLarge` for a
    ///   payload above ``ClientConfiguration/blockSize``, and whatever the closure throws.
    public func observe<Result>(
        _ request: Request, configuration: ObservationConfiguration = ObservationConfiguration(),
        isolation: isolated (any Actor)? = #isolation, _ body: (ObservationStates) async throws -> Result
    ) async throws -> Result {
        try configuration.validate()
        guard request.method == .get || request.method == .fetch else {
            throw CoAPError(.invalidArgument, "GET and FETCH observe, \(request.method) does not (RFC 7641 §2)")
        }
        let blockSize = self.configuration.blockSize
        guard request.payload.count <= blockSize else {
            throw CoAPError(
                .tooLarge,
                "what is observed is named in one message: at most \(blockSize) bytes, not "
                    + "\(request.payload.count)")
        }
        var signed = try signed(asSent(request))
        signed.options.observe = 0
        if blockSize < 1024, !signed.options.contains(.block2) {
            signed.options.block2 = BlockOption(number: 0, size: blockSize)
        }
        let registration = signed
        let observation = ClientObservation(registration, configuration, on: connection)
        core.loop.submit { observation.start() }
        let states = ObservationStates(
            channel: observation.channel,
            whole: { [self] response throws(CoAPError) in try await whole(response, of: registration) },
            fetched: { [core] error in core.loop.submit { observation.fetched(error) } })
        do {
            let result = try await body(states)
            await end(observation)
            return result
        } catch {
            await end(observation)
            throw error
        }
    }

    private func end(_ observation: ClientObservation) async {
        let loop = core.loop
        // Not ended by cancellation: its own time is short.
        await withCheckedContinuation { continuation in
            loop.submit { observation.end { continuation.resume() } }
        }
    }

    /// The whole body of a notification that may be its first block only (RFC 7959 §2.6).
    private func whole(_ response: Response, of request: Request) async throws(CoAPError) -> Response {
        guard response.options.block2?.hasMore == true else {
            try ResponseDigest.check(response, to: request, keys: self.configuration.digestKeys)
            return response
        }
        var rest = request
        rest.options.observe = nil
        rest.options.removeAll(.block2)
        let result = try await run(try transfer(rest), behind: response)
        guard result.code.isSuccess else {
            throw CoAPError(.protocolError, "the server answered \(result.code) to a block of the notification")
        }
        return result
    }
}

extension ObservationConfiguration {
    /// - Throws: `CoAPError` with code `invalidArgument` for times below zero, delays in the wrong order, or a limit below 1.
    func validate() throws(CoAPError) {
        let times = [
            tolerance, minimumRenewalDelay, maximumRenewalDelay, retryDelay, maximumRetryDelay, deregistrationTimeout,
        ]
        let wrong: String? =
            if times.contains(where: { $0 < .zero }) {
                "no time is below zero"
            } else if minimumRenewalDelay > maximumRenewalDelay {
                "minimumRenewalDelay is not above maximumRenewalDelay"
            } else if retryDelay < .milliseconds(10) || retryDelay > maximumRetryDelay {
                "retryDelay is 10 ms or more, and not above maximumRetryDelay"
            } else if let limit = maximumFailedRegistrations, limit < 1 {
                "maximumFailedRegistrations is 1 or more"
            } else {
                nil
            }
        if let wrong { throw CoAPError(.invalidArgument, "the observation cannot be configured so: \(wrong)") }
    }
}
