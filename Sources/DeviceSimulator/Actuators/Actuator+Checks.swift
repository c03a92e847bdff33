// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

extension Actuator {
    /// Its unit as people write it, with a space before it; empty for none.
    var displayedUnit: String {
        let symbol = SenMLUnit(rawValue: unitSymbol).displayed
        return symbol.isEmpty ? "" : " \(symbol)"
    }

    /// The unit's symbol in SenML: that of a dimmer or valve is `%` where none is given.
    var unitSymbol: String {
        switch kind {
        case .switch: ""
        case .dimmer, .valve: unit.isEmpty ? "%" : unit
        case .setpoint: unit
        }
    }

    /// The values that make sense, whatever is safe.
    private var travel: ClosedRange<Double>? {
        switch kind {
        case .switch: 0...1
        case .dimmer, .valve: 0...100
        case .setpoint: nil
        }
    }

    /// Looks whether a value is one that it can take.
    ///
    /// - Throws: `ResponseError` with 4.00 that says which ones are.
    func check(_ value: Double) throws(ResponseError) {
        let allowed: ClosedRange<Double>? =
            switch (travel, envelope.range) {
            case (let travel?, let range?) where travel.overlaps(range): travel.clamped(to: range)
            case (let travel?, nil): travel
            case (_, let range): range
            }
        let range = allowed.map {
            "\(Digits.text($0.lowerBound)) to \(Digits.text($0.upperBound))\(displayedUnit) is allowed"
        }
        guard value.isFinite else {
            throw ResponseError(.badRequest, "this is no number; \(range ?? "write one, such as 21.5")")
        }
        if let allowed, let range, !allowed.contains(value) {
            throw ResponseError(.badRequest, "\(Digits.text(value))\(displayedUnit) is out of range; \(range)")
        }
        guard kind != .switch || value == 0 || value == 1 else {
            throw ResponseError(.badRequest, "a switch is 0, off, or 1, on")
        }
    }
}

extension SafetyEnvelope {
    /// Looks whether something forbids a value at present. What cannot be looked at forbids, too.
    ///
    /// - Throws: `ResponseError` with 4.09 that names the resource and its value.
    func checkInterlocks(_ value: Double, _ reading: (String) -> Double?) throws(ResponseError) {
        for interlock in interlocks where interlock.values?.contains(value) ?? (value != failSafe) {
            let present = reading(interlock.resource).flatMap { $0.isNaN ? nil : $0 }
            guard let present else {
                throw ResponseError(
                    .conflict,
                    "interlock: \(interlock.resource) has no value, and must have one for this; \(remedy(interlock))")
            }
            guard interlock.forbidden.contains(present) else { continue }
            throw ResponseError(
                .conflict,
                "interlock: \(interlock.resource) is \(Digits.text(present)); at \(Self.text(interlock.forbidden)) "
                    + "\(remedy(interlock))")
        }
    }

    private func remedy(_ interlock: Interlock) -> String {
        if let values = interlock.values { return "\(Self.text(values)) is not allowed" }
        return failSafe.map { "only \(Digits.text($0)) is allowed" } ?? "no change is allowed"
    }

    private static func text(_ range: ClosedRange<Double>) -> String {
        "\(Digits.text(range.lowerBound)) to \(Digits.text(range.upperBound))"
    }
}
