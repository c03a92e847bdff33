// SPDX-License-Identifier: Apache-2.0

/// What a client learns of a resource it observes (RFC 7641), in order: values, and how much they are worth.
public enum ObservationState: Hashable, Sendable {
    /// The resource's representation changed, or is the first one.
    case value(Notification)

    /// The last value is not fresh any more: its Max-Age has passed without another one, at the time given; or no value has come
    /// at all since then. The client registers anew until one comes (RFC 7641 §3.3.1).
    ///
    /// The cause is why the last registration failed, where one did: that the server lets this client in no more, for one. It is told
    /// once more when that becomes known, or another cause does.
    case stale(since: ContinuousClock.Instant, cause: CoAPError? = nil)

    /// The observation goes on after it was stale or the connection was lost; a value follows.
    case resumed

    /// Nothing follows.
    case ended(ObservationEnd)

    /// A representation of the resource.
    public struct Notification: Hashable, Sendable {
        /// The response: code, options and payload.
        public var response: Response

        /// The number that orders notifications, 0 to 16,777,215 (RFC 7641 §3.4); nil in the answer of a server that does not
        /// observe.
        public var sequence: UInt32?

        /// A response and its number.
        public init(_ response: Response, sequence: UInt32?) {
            self.response = response
            self.sequence = sequence
        }
    }
}
