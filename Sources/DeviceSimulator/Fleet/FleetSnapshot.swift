// SPDX-License-Identifier: Apache-2.0

/// What is so with a fleet at one moment.
public struct FleetSnapshot: Hashable, Sendable {
    /// How many devices there are.
    public var devices = 0
    /// The simulated time, in seconds since the start.
    public var time = 0.0
    /// The real seconds since the start.
    public var elapsed = 0.0
    /// What was counted.
    public var counters = FleetCounters()
    /// How long answers took.
    public var latency = LatencyHistogram()
    /// Values that were taken.
    public var samples = 0

    /// Nothing yet.
    public init() {}
}
