// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A ``RandomWalk`` as it goes on: exactly discretized, so that its spread and its memory are right for any step.
struct WalkState {
    private let mean: Double
    private let decay: Double
    private let spread: Double
    /// Between the points of a grid of its own where several look at it; nil where one looks at it once a step.
    private let grid: Double?
    private var stream: RandomStream
    private var hasBegun = false
    private var before: Double
    private var after: Double
    private var node = 0.0

    /// - Parameters:
    ///   - step: the time between two looks at it, in seconds; nil for looks at any times that do not fall, which find a straight
    ///     line between points that are a hundredth of the time constant apart, at least one second and at most a minute.
    init(_ walk: RandomWalk, step: Double?, stream: RandomStream) {
        mean = walk.mean
        grid = step == nil ? min(60, max(1, (walk.timeConstant / 100).rounded(.down))) : nil
        let share = (step ?? grid ?? 1) / max(walk.timeConstant, .leastNormalMagnitude)
        decay = exp(-share)
        // 1 - exp(-2 share), without loss for small steps.
        spread = walk.deviation * (-expm1(-2 * share)).squareRoot()
        self.stream = stream
        before = walk.mean
        after = walk.mean
    }

    /// The value at a time that is not before that of the last call.
    mutating func value(at time: Double) -> Double {
        guard let grid else {
            if hasBegun { after = next(after) }
            hasBegun = true
            return after
        }
        while node * grid <= time {
            before = after
            after = next(after)
            node += 1
        }
        return after - (after - before) * (node - time / grid)
    }

    private mutating func next(_ value: Double) -> Double {
        mean + (value - mean) * decay + spread * stream.gaussian()
    }
}
