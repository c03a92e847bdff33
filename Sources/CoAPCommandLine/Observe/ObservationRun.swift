// SPDX-License-Identifier: Apache-2.0

import CoAP

/// One run of `coap observe`, from the session to its end.
struct ObservationRun: Sendable {
    let uri: CoAPURI
    let security: ClientSecurity
    let configuration: ClientConfiguration
    /// The registration's options, but for path and query.
    let options: Options
    /// After how many values it is over; nil for none.
    let count: Int?
    let writer: ObservationWriter
    let transcript: Transcript

    /// How it came to its end.
    enum End {
        /// There were as many values as wanted.
        case counted
        /// The observation ended.
        case ended(ObservationEnd)
    }

    /// Observes until enough values have come, the observation ends or the task is cancelled.
    ///
    /// - Parameter seen: is called for each value; returns how many there were.
    func observe(_ seen: @escaping @Sendable () -> Int) async throws -> End {
        try await CoAPClient.withSession(to: uri, security: security, configuration: configuration) { session in
            transcript.connected(await session.connectionInfo)
            var observing = ObservationConfiguration()
            // An interrupted tool has a second to end.
            observing.deregistrationTimeout = .milliseconds(500)
            let path = CoAPURI.Reference(path: uri.path, query: uri.query)
            return try await session.observe(path, options: options, configuration: observing) { states in
                for try await state in states {
                    try writer.write(state)
                    switch state {
                    case .value:
                        let number = seen()
                        if let count, number >= count { return .counted }
                    case .stale, .resumed: break
                    case .ended(let end): return .ended(end)
                    }
                }
                throw CoAPError(.closed, "the observation ended without a reason")
            }
        }
    }

    /// The exit code of an end that nobody asked for.
    static func status(of end: ObservationEnd) -> Int32 {
        switch end {
        case .response(let response): ExitStatus.status(of: response.code)
        case .notObserved, .closed: ExitStatus.unavailable
        case .gaveUp(let error): ExitStatus.status(of: error)
        }
    }
}
