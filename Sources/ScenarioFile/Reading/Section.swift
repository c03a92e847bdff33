// SPDX-License-Identifier: Apache-2.0

import CoAP
import PlainYAML
import Yams

/// A mapping of the file whose keys are known, and what its members are read as.
struct Section {
    let yaml: YAMLReader
    let part: ScenarioPart
    /// The line where it begins.
    let line: Int
    /// The way to it, `groups[1].link`; nil for the file itself.
    let key: String?
    private let members: [String: Node]

    /// - Parameters:
    ///   - node: the mapping.
    ///   - key: the way to it.
    ///   - allowed: the keys, where they are others than the part's.
    init(
        _ node: Node, _ part: ScenarioPart, _ key: String?, in yaml: YAMLReader, allowed: [String]? = nil
    ) throws(CoAPError) {
        self.yaml = yaml
        self.part = part
        self.key = key
        line = node.line
        members = try yaml.members(of: node, key, allowed: allowed ?? part.keys)
        for name in part.required where members[name] == nil {
            throw yaml.problem(line, path(name), "is missing; \(Self.remedies[name] ?? "write it")")
        }
    }

    /// What to write for keys that are often forgotten.
    private static let remedies = [
        "scenario": "write the scenario's name, such as 'scenario: greenhouse'",
        "devices": "write the devices' name, such as 'devices: room-{n:03}'",
        "resources": "write what each device offers, such as 'resources: {sensors/temperature: {...}}'",
        "sensor": "write the quantity, such as 'sensor: temperature'",
        "unit": "write the symbol of the SenML registry, such as 'unit: Cel'",
        "signal": "write what the sensor looks at, such as 'signal: room.temperature' or 'signal: 20'",
        "at": "write a time since the start, such as 'at: 2 min'",
        "for": "write a time, such as 'for: 20 s'",
        "latitude": "write the degrees north, such as 'latitude: 48.1'",
        "period": "write a time, such as 'period: 10 min'",
    ]

    func path(_ name: String) -> String { key.map { "\($0).\(name)" } ?? name }

    func node(_ name: String) -> Node? { members[name] }

    func has(_ name: String) -> Bool { members[name] != nil }

    var names: [String] { Array(members.keys) }

    /// The line of a member, or of the whole when there is none.
    func line(_ name: String) -> Int { members[name]?.line ?? line }

    func problem(_ name: String, _ what: String) -> CoAPError { yaml.problem(line(name), path(name), what) }

    // MARK: Texts and flags

    func text(_ name: String, wanted: String = "a text") throws(CoAPError) -> String? {
        guard let node = node(name) else { return nil }
        return try yaml.text(node, path(name), wanted: wanted).value
    }

    /// A text that terminals show as it is: without line breaks and control characters.
    func title(_ name: String) throws(CoAPError) -> String? {
        guard let text = try text(name) else { return nil }
        guard text == PrintableText.escaped(text.utf8) else {
            throw problem(name, "'\(text.shown)' has control characters; write one line of plain text")
        }
        return text
    }

    func flag(_ name: String) throws(CoAPError) -> Bool? {
        guard let text = try text(name, wanted: "true or false") else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default: throw problem(name, "'\(text.shown)' is neither true nor false; write one of them")
        }
    }

    /// One of some words.
    func word(_ name: String, among words: [String]) throws(CoAPError) -> String? {
        guard let text = try text(name, wanted: words.joined(separator: ", ")) else { return nil }
        guard words.contains(text) else { throw problem(name, Self.unknown(text, among: words)) }
        return text
    }

    /// What to say of a word that is none of some.
    static func unknown(_ text: String, among words: [String], is what: String = "not known here") -> String {
        let meant = words.first { Spelling.isNear(text, $0) }
        let hint = meant.map { "; '\($0)' is meant perhaps" } ?? ""
        return "'\(text.shown)' is \(what)\(hint); write \(words.joined(separator: ", "))"
    }

    // MARK: Numbers

    func number(_ name: String, in range: ClosedRange<Double>? = nil) throws(CoAPError) -> Double? {
        guard let node = node(name) else { return nil }
        return try yaml.number(node, path(name), in: range)
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(CoAPError) -> Int? {
        guard let node = node(name) else { return nil }
        let text = try yaml.text(node, path(name), wanted: "a whole number").value
        guard let value = Int(text), range.contains(value) else {
            throw problem(
                name, "'\(text.shown)' is no whole number from \(range.lowerBound) to \(range.upperBound); write one")
        }
        return value
    }

    /// A number with its unit, in the measure's own.
    func measure(
        _ name: String, _ measure: Measure, in range: ClosedRange<Double>? = nil, above limit: Double? = nil
    ) throws(CoAPError) -> Double? {
        guard let node = node(name) else { return nil }
        return try yaml.measure(node, path(name), measure, in: range, above: limit)
    }

    func duration(_ name: String) throws(CoAPError) -> Double? {
        try measure(name, .duration, in: 0...ScenarioLimits.longest)
    }

    func share(_ name: String) throws(CoAPError) -> Double? { try measure(name, .share, in: 0...1) }

    /// Two numbers, the smaller one first.
    func range(_ name: String) throws(CoAPError) -> ClosedRange<Double>? {
        guard let node = node(name) else { return nil }
        guard let sequence = node.sequence, sequence.count == 2, let low = sequence.first, let high = sequence.last
        else { throw problem(name, "is no range; write the smallest and the largest value, such as [0, 100]") }
        let bounds = (try yaml.number(low, path(name)), try yaml.number(high, path(name)))
        guard bounds.0 < bounds.1 else {
            throw problem(
                name, "\(bounds.0.shown) is not below \(bounds.1.shown); write the smaller value of the range first")
        }
        return bounds.0...bounds.1
    }

    /// The members of a list.
    func list(_ name: String) throws(CoAPError) -> [Node] {
        guard let node = node(name) else { return [] }
        guard let sequence = node.sequence else {
            throw problem(name, "is \(node.kind); write a list, each behind a '-' or all in brackets")
        }
        return Array(sequence)
    }
}
