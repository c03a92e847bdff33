// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML
import Yams

/// Reads signals: a number, a model's output, or a mapping with the signal's kind for its only key.
struct SignalReader {
    /// What a signal may be made of.
    enum Scope {
        /// A device's own, with these models: all that is shared, too.
        case device(models: Set<String>, shared: Set<String>)
        /// One that all devices have in common.
        case shared
    }

    let yaml: YAMLReader
    let scope: Scope
    let recordings: RecordingReader

    private static let forms =
        "a number, a model's output such as room.temperature, or one of {\(ScenarioPart.signal.keys.joined(separator: ": }, {")): }"

    func signal(_ node: Node, _ key: String, depth: Int = 1) throws(CoAPError) -> Signal {
        guard depth <= ScenarioLimits.signalDepth else {
            throw yaml.problem(
                node.line, key,
                "signals stand in signals more than \(ScenarioLimits.signalDepth) times; write it more simply")
        }
        if let scalar = node.scalar {
            let text = try yaml.text(node, key, wanted: Self.forms).value
            if scalar.style == .plain, let value = PlainNumber.value(of: text) { return .constant(value) }
            return .model(try output(text, node.line, key))
        }
        guard let mapping = node.mapping, mapping.count == 1,
            let (name, value) = mapping.first.map({ ($0.key, $0.value) })
        else {
            throw yaml.problem(
                node.line, key,
                "is \(node.mapping == nil ? node.kind : "a mapping with other than one key"); write \(Self.forms)")
        }
        let kind = name.scalar?.string ?? ""
        guard ScenarioPart.signal.keys.contains(kind) else {
            throw yaml.problem(
                name.line, key, Section.unknown(kind, among: ScenarioPart.signal.keys, is: "no kind of signal"))
        }
        return try signal(kind, value, "\(key).\(kind)", depth)
    }

    private func signal(_ kind: String, _ node: Node, _ key: String, _ depth: Int) throws(CoAPError) -> Signal {
        switch kind {
        case "constant": return .constant(try yaml.number(node, key))
        case "step":
            let section = try Section(node, .step, key, in: yaml)
            return .step(
                from: try section.number("from") ?? 0, to: try section.number("to") ?? 0,
                at: try section.duration("at") ?? 0)
        case "ramp":
            let section = try Section(node, .ramp, key, in: yaml)
            return .ramp(
                from: try section.number("from") ?? 0, to: try section.number("to") ?? 0,
                start: try section.duration("start") ?? 0,
                duration: try section.measure("duration", .duration, in: 0...ScenarioLimits.longest, above: 0) ?? 1)
        case "sine":
            let section = try Section(node, .sine, key, in: yaml)
            return .sine(
                mean: try section.number("mean") ?? 0, amplitude: try section.number("amplitude") ?? 0,
                period: try section.measure("period", .duration, in: 0...ScenarioLimits.longest, above: 0) ?? 1,
                phase: try section.number("phase", in: 0...1) ?? 0)
        case "diurnal": return try diurnal(node, key)
        case "walk":
            let section = try Section(node, .walk, key, in: yaml)
            let time = try section.measure("time-constant", .duration, in: 0...ScenarioLimits.longest, above: 0) ?? 1
            return .walk(
                RandomWalk(
                    mean: try section.number("mean") ?? 0,
                    deviation: try section.number("deviation", in: 0...1e12) ?? 0, timeConstant: time))
        case "replay": return .replay(try recordings.track(Section(node, .replay, key, in: yaml)))
        case "daily": return .daily(try daily(node, key))
        case "events":
            let section = try Section(node, .events, key, in: yaml)
            return .events(
                perDay: try section.number("per-day", in: 0...86_400) ?? 0,
                length: try section.measure("length", .duration, in: 0...ScenarioLimits.longest, above: 0) ?? 1,
                height: try section.number("height") ?? 0)
        case "model":
            return .model(try output(yaml.text(node, key, wanted: "a model's output").value, node.line, key))
        case "shared": return .shared(try shared(node, key))
        case "sum":
            guard let parts = node.sequence, !parts.isEmpty else {
                throw yaml.problem(node.line, key, "is no list of signals; write those that are added in brackets")
            }
            var signals: [Signal] = []
            for (index, part) in parts.enumerated() {
                signals.append(try signal(part, "\(key)[\(index + 1)]", depth: depth + 1))
            }
            return .sum(signals)
        default:
            let section = try Section(node, .scaled, key, in: yaml)
            let inner = try signal(section.node("signal") ?? node, section.path("signal"), depth: depth + 1)
            return .scaled(inner, by: try section.number("by") ?? 1)
        }
    }

    private func diurnal(_ node: Node, _ key: String) throws(CoAPError) -> Signal {
        let section = try Section(node, .diurnal, key, in: yaml)
        return .diurnal(
            DiurnalSignal(
                latitude: try section.number("latitude", in: -90...90) ?? 0,
                longitude: try section.number("longitude", in: -180...180) ?? 0, low: try section.number("low") ?? 0,
                high: try section.number("high") ?? 0, lag: try section.duration("lag") ?? 0))
    }

    /// A day's plan, `{"08:00": 2, "17:00": 0}`.
    private func daily(_ node: Node, _ key: String) throws(CoAPError) -> DailySchedule {
        var entries: [DailySchedule.Entry] = []
        for member in try yaml.orderedMembers(of: node, key, allowed: nil, names: "times of day, \"08:00\"") {
            guard let time = Timestamp.timeOfDay(member.name) else {
                throw yaml.problem(
                    member.line, key,
                    "'\(member.name.shown)' is no time of day; write hours and minutes in quotes, such as \"08:00\"")
            }
            if let last = entries.last, time <= last.time {
                throw yaml.problem(
                    member.line, key, "\(member.name.shown) comes before the time above it; write them in order")
            }
            entries.append(.init(time: time, value: try yaml.number(member.value, "\(key).\(member.name)")))
        }
        guard !entries.isEmpty else {
            throw yaml.problem(node.line, key, "the plan is empty; write at least {\"00:00\": 0}")
        }
        return DailySchedule(entries)
    }

    private func output(_ text: String, _ line: Int, _ key: String) throws(CoAPError) -> ModelOutput {
        let known = ModelOutput.allCases.map(\.rawValue)
        guard let output = ModelOutput(rawValue: text) else {
            throw yaml.problem(line, key, Section.unknown(text, among: known, is: "no number and no model's output"))
        }
        let model = String(text.prefix { $0 != "." })
        guard case .device(let models, _) = scope else {
            throw yaml.problem(
                line, key, "a signal that devices share comes from no device's model; write \(text) at the group")
        }
        guard models.contains(model) else {
            throw yaml.problem(
                line, key, "'\(text)' needs the model '\(model)'; add 'models: {\(model): {}}' to the group")
        }
        return output
    }

    private func shared(_ node: Node, _ key: String) throws(CoAPError) -> String {
        let text = try yaml.text(node, key, wanted: "the name of a shared signal").value
        guard case .device(_, let names) = scope else {
            throw yaml.problem(node.line, key, "shared signals are not made of each other; write it out")
        }
        guard names.contains(text) else {
            guard !names.isEmpty else {
                throw yaml.problem(
                    node.line, key, "'\(text.shown)' is no shared signal; define it under 'shared' at the top")
            }
            throw yaml.problem(node.line, key, Section.unknown(text, among: names.sorted(), is: "no shared signal"))
        }
        return text
    }
}
