// SPDX-License-Identifier: Apache-2.0

/// How a value in one unit becomes one in another: times ``multiplier``, divided by ``divisor``, plus ``offset``.
public struct SenMLUnitConversion: Hashable, Sendable {
    /// The unit of the result.
    public let unit: SenMLUnit
    /// What the value is multiplied with.
    public let multiplier: Double
    /// What the product is divided by; apart from the multiplier, since 1/1000 is no number that a double holds exactly.
    public let divisor: Double
    /// What is added in the end, in ``unit``.
    public let offset: Double

    /// A value in ``unit``.
    public func convert(_ value: Double) -> Double { value * multiplier / divisor + offset }

    init(to unit: SenMLUnit, times multiplier: Double = 1, by divisor: Double = 1, plus offset: Double = 0) {
        self.unit = unit
        self.multiplier = multiplier
        self.divisor = divisor
        self.offset = offset
    }
}
