// SPDX-License-Identifier: Apache-2.0

import CoAP
import PlainYAML
import Yams

// Numbers, with and without units.
extension YAMLReader {
    func number(_ node: Node, _ key: String, in range: ClosedRange<Double>? = nil) throws(CoAPError) -> Double {
        let text = try text(node, key, wanted: "a number").value
        guard node.scalar?.style == .plain, let value = PlainNumber.value(of: text) else {
            let hint = node.scalar?.style == .plain ? "" : " without quotes"
            throw problem(node.line, key, "'\(text.shown)' is no number; write one\(hint), such as 21.5")
        }
        if let range, !range.contains(value) {
            throw problem(node.line, key, "\(text.shown) is out of range; write \(range.shown)")
        }
        return value
    }

    func measure(
        _ node: Node, _ key: String, _ measure: Measure, in range: ClosedRange<Double>? = nil,
        above limit: Double? = nil
    ) throws(CoAPError) -> Double {
        let text = try text(node, key, wanted: "\(measure.name), such as \(measure.example)").value
        switch measure.read(text) {
        case .malformed:
            throw problem(node.line, key, "'\(text.shown)' is not \(measure.name); write \(measure.example)")
        case .bareNumber:
            throw problem(node.line, key, "\(text.shown) has no unit; write \(measure.example)")
        case .unknownUnit(let unit):
            let units = measure.units.map(\.symbol).joined(separator: ", ")
            throw problem(
                node.line, key, "'\(unit.shown)' is no unit of \(measure.name); known are \(units): \(measure.example)")
        case .value(let value):
            guard value.isFinite, range?.contains(value) ?? true, limit.map({ value > $0 }) ?? true else {
                let least = limit.map { "more than \($0.shown)" } ?? "\((range?.lowerBound ?? 0).shown) or more"
                let most = range.map { $0.upperBound < 1e9 ? " and at most \($0.upperBound.shown)" : "" } ?? ""
                throw problem(
                    node.line, key,
                    "\(text.shown) is out of range; \(measure.name) here is \(least)\(most), such as \(measure.example)"
                )
            }
            return value
        }
    }
}

extension String {
    /// On one line, and not too long, for an error.
    var shown: String {
        let text = utf8.count > 80 ? String(prefix(60)) + "…" : self
        return PrintableText.escaped(text.utf8)
    }
}

extension Double {
    /// As a person writes it.
    var shown: String {
        self == rounded() && abs(self) < 1e15 ? "\(Int64(self))" : "\(self)"
    }
}

extension ClosedRange<Double> {
    /// As a person writes it.
    var shown: String { "\(lowerBound.shown) to \(upperBound.shown)" }
}
