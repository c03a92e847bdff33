// SPDX-License-Identifier: Apache-2.0

extension FleetReport {
    /// Whether an assertion held.
    public struct Verdict: Hashable, Sendable {
        /// The assertion.
        public var assertion: Assertion
        /// True when it held.
        public var holds: Bool
        /// What was found, `p99 latency was 12 ms`.
        public var finding: String
    }

    /// The values of one quantity of a device.
    public struct Extremes: Hashable, Sendable {
        /// The device's name.
        public var device: String
        /// The quantity.
        public var quantity: String
        /// How many values there were.
        public var count = 0
        /// How many of them were no numbers.
        public var invalid = 0
        /// The smallest; nil without one.
        public var minimum: Double?
        /// The largest; nil without one.
        public var maximum: Double?
    }
}
