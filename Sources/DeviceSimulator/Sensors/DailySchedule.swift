// SPDX-License-Identifier: Apache-2.0

/// A day's plan by Universal Time: from each moment on its value, until the next; over midnight the last one's.
public struct DailySchedule: Hashable, Sendable {
    /// One line of the plan.
    public struct Entry: Hashable, Sendable {
        /// Seconds since midnight, 0 to 86,399.
        public var time: Double
        /// The value from then on.
        public var value: Double

        /// A value from a time of day on.
        public init(time: Double, value: Double) {
            self.time = time
            self.value = value
        }
    }

    /// In the order of their times, at least one.
    public var entries: [Entry]

    /// A plan with at least one entry, in the order of their times.
    public init(_ entries: [Entry]) { self.entries = entries }
}
