// SPDX-License-Identifier: Apache-2.0

/// What happens to an observed resource, as it happens; made by
/// ``ClientSession/observe(_:accept:options:configuration:isolation:_:)`` and read by one task.
///
/// Whoever reads slowly misses values, never the newest: a resource's state counts, not how it came about (RFC 7641 §1.3).
public struct ObservationStates: AsyncSequence, Sendable {
    /// What comes.
    public typealias Element = ObservationState
    /// What ends it without an ``ObservationState/ended(_:)``: the first registration failed, or the task was cancelled.
    public typealias Failure = CoAPError

    let channel: ObservationChannel
    /// Fetches the rest of a value that comes in blocks.
    let whole: @Sendable (Response) async throws(CoAPError) -> Response
    /// Has a value that did not come whole asked for anew; without an error it did.
    let fetched: @Sendable (CoAPError?) -> Void

    /// Starts to read, or goes on where another iterator stopped.
    public func makeAsyncIterator() -> Iterator { Iterator(channel: channel, whole: whole, fetched: fetched) }

    /// Reads one state after the other.
    public struct Iterator: AsyncIteratorProtocol {
        let channel: ObservationChannel
        let whole: @Sendable (Response) async throws(CoAPError) -> Response
        let fetched: @Sendable (CoAPError?) -> Void

        /// The next state; waits for it. Nil after ``ObservationState/ended(_:)``.
        ///
        /// - Throws: `CoAPError`: `tooLarge` for a body above ``ClientConfiguration/maximumBodySize``; `digestMismatch` and
        ///   `digestMissing` for one that does not have the digest that was asked for; `handshakeFailed`,
        ///   `unreachable` or `protocolError` when the first registration failed in a way that waiting does not mend; what kept
        ///   the only value of a server that does not observe from coming whole; `cancelled` when the task is.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(CoAPError) -> ObservationState? {
            while let state = try await channel.next() {
                guard case .value(var notification) = state else { return state }
                do throws(CoAPError) {
                    let isPart = notification.response.options.block2?.hasMore == true
                    notification.response = try await whole(notification.response)
                    if isPart { fetched(nil) }
                    return .value(notification)
                } catch {
                    // Nothing else will come of it.
                    if Self.isFinal(error) || notification.sequence == nil { throw error }
                    // It changed again or its blocks were lost.
                    fetched(error)
                }
            }
            return nil
        }

        private static func isFinal(_ error: CoAPError) -> Bool {
            [.cancelled, .tooLarge, .digestMismatch, .digestMissing].contains(error.code)
        }

        /// The next state; see ``next(isolation:)``.
        public mutating func next() async throws(CoAPError) -> ObservationState? { try await next(isolation: nil) }
    }
}
