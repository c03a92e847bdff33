// SPDX-License-Identifier: Apache-2.0

/// When an observing client takes its value for old, and how it registers anew (RFC 7641 §3.3.1).
public struct ObservationConfiguration: Hashable, Sendable {
    /// How late a notification may come before ``ObservationState/stale(since:cause:)`` is told, beyond the Max-Age of the one before;
    /// 1 s.
    ///
    /// Servers that notify at the rate of their Max-Age would have every value go stale for a moment.
    public var tolerance: Duration = .seconds(1)

    /// The shortest time from the end of Max-Age to a new registration; 5 s (RFC 7641 §3.3.1).
    public var minimumRenewalDelay: Duration = .seconds(5)

    /// The longest such time; 15 s. The actual one is random, so that the observers of a server do not all come at once.
    public var maximumRenewalDelay: Duration = .seconds(15)

    /// How long to wait after a registration that failed; doubled with each further one, and up to half of it is taken off at
    /// random; 2 s.
    public var retryDelay: Duration = .seconds(2)

    /// The longest such wait; 60 s. What a server itself asks for by the Max-Age of 5.03 or 4.29 comes before it, up to an hour.
    public var maximumRetryDelay: Duration = .seconds(60)

    /// How many registrations may fail one after the other until the client gives up, or values not come whole, 1 or more; nil
    /// goes on for ever.
    public var maximumFailedRegistrations: Int?

    /// How long the end of an observation waits for the server to confirm it (RFC 7641 §3.6); 1 s.
    public var deregistrationTimeout: Duration = .seconds(1)

    /// The default times, without a limit.
    public init() {}
}
