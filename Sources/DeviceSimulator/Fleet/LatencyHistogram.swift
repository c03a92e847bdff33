// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How long answers took, in steps of some 3 %, in constant memory.
public struct LatencyHistogram: Hashable, Sendable {
    /// How many there are.
    public private(set) var count = 0
    /// The longest, in seconds; 0 without any.
    public private(set) var maximum = 0.0
    /// The sum of all, in seconds.
    public private(set) var sum = 0.0

    // From a microsecond to more than an hour; none before the first time is added.
    private var steps: [Int] = []
    private static let (shortest, growth, stepCount) = (1e-6, 1.03, 760)

    /// An empty one.
    public init() {}

    /// Adds a time in seconds; what is below a microsecond counts as one.
    public mutating func add(_ seconds: Double) {
        guard seconds.isFinite else { return }
        if steps.isEmpty { steps = [Int](repeating: 0, count: Self.stepCount) }
        let place = log(max(seconds, Self.shortest) / Self.shortest) / log(Self.growth)
        steps[min(Int(place), Self.stepCount - 1)] += 1
        count += 1
        sum += max(0, seconds)
        maximum = max(maximum, seconds)
    }

    /// The time in seconds that this share, 0 to 1, did not exceed; nil when it is empty.
    public func percentile(_ share: Double) -> Double? {
        guard count > 0 else { return nil }
        let rank = min(max(Int((min(max(share, 0), 1) * Double(count)).rounded(.up)), 1), count)
        guard rank < count else { return maximum }
        var seen = 0
        for (step, number) in steps.enumerated() {
            seen += number
            // The middle of the step.
            if seen >= rank { return min(maximum, Self.shortest * pow(Self.growth, Double(step) + 0.5)) }
        }
        return maximum
    }

    /// The mean in seconds; nil when it is empty.
    public var mean: Double? { count > 0 ? sum / Double(count) : nil }
}
