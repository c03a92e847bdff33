// SPDX-License-Identifier: Apache-2.0

/// The step that values are rounded to. Steps with a few decimals give the numbers that people would write: 20.7 and not
/// 20.700000000000003.
struct Quantum {
    private let numerator: Double
    private let denominator: Double

    /// - Parameter step: 0 or what is no number does not round.
    init(_ step: Double) {
        guard step > 0, step.isFinite else {
            (numerator, denominator) = (0, 1)
            return
        }
        var denominator = 1.0
        while denominator < 1e9, abs((step * denominator).rounded() - step * denominator) > 1e-9 * step * denominator {
            denominator *= 10
        }
        let numerator = (step * denominator).rounded()
        let isDecimal = numerator / denominator == step
        self.numerator = isDecimal ? numerator : step
        self.denominator = isDecimal ? denominator : 1
    }

    /// The nearest multiple of the step.
    func rounded(_ value: Double) -> Double {
        guard numerator > 0 else { return value }
        return (value * denominator / numerator).rounded() * numerator / denominator
    }
}
