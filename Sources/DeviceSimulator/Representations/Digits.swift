// SPDX-License-Identifier: Apache-2.0

import SenML

/// Numbers as people and programs read them.
enum Digits {
    /// The number with at most three digits behind the point, `21.5`, `42`.
    static func text(_ value: Double) -> String { exact(abs(value) < 1e12 ? (value * 1_000).rounded() / 1_000 : value) }

    /// The shortest form that reads back the same; `NaN` for no number.
    static func exact(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf" }
        return JSONValue.number(value).compact
    }

    /// The number with so many digits behind the point.
    static func fixed(_ value: Double, decimals: Int) -> String {
        var power = 1.0
        for _ in 0..<decimals { power *= 10 }
        let scaled = (abs(value) * power).rounded()
        guard scaled < 1e15 else { return exact(value) }
        let digits = String(Int64(scaled))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard decimals > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    }

    /// How many digits behind the point a step needs: 1 for 0.1 or 0.5, 2 for 0.25; nil for no step.
    static func decimals(of quantum: Double) -> Int? {
        guard quantum > 0, quantum.isFinite else { return nil }
        var scaled = quantum
        for decimals in 0...9 {
            if scaled >= 0.5, abs(scaled - scaled.rounded()) < 1e-6 * scaled { return decimals }
            scaled *= 10
        }
        return nil
    }
}
