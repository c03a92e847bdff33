// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML
import Yams

/// Reads an actuator with what it does not do.
struct ActuatorReader {
    let section: Section
    let path: String
    let models: Set<String>

    func actuator() throws(CoAPError) -> Actuator {
        let words = Actuator.Kind.allCases.map(\.rawValue)
        guard let kind = Actuator.Kind(rawValue: try section.word("actuator", among: words) ?? "") else {
            throw section.problem("actuator", "is missing; write \(words.joined(separator: ", "))")
        }
        let usual = path.split(separator: "/").last.map(String.init) ?? path
        var actuator = Actuator(kind, quantity: try section.quantity("quantity") ?? usual)
        actuator.unit = try unit(kind)
        actuator.drives = try drives()
        actuator.latency = try section.duration("latency") ?? 0
        actuator.inertia = try section.duration("inertia") ?? 0
        actuator.wear = try section.share("wear") ?? 0
        actuator.refusal = try section.share("refusal") ?? 0
        if let node = section.node("safety") {
            actuator.envelope = try envelope(
                Section(node, .safety, section.path("safety"), in: section.yaml), kind)
        }
        actuator.initial = try section.position("initial", of: kind) ?? usualInitial(actuator)
        if let range = actuator.envelope.range, !range.contains(actuator.initial) {
            throw section.problem(
                "initial",
                "\(actuator.initial.shown) is outside the safety range, \(range.shown); \(section.has("initial") ? "write a value within it" : "write 'initial' with a value within it")"
            )
        }
        return actuator
    }

    private func usualInitial(_ actuator: Actuator) -> Double { actuator.envelope.failSafe ?? 0 }

    private func unit(_ kind: Actuator.Kind) throws(CoAPError) -> String {
        switch kind {
        case .switch:
            guard !section.has("unit") else { throw section.problem("unit", "a switch has none; take it out") }
            return ""
        case .dimmer, .valve:
            guard let unit = try section.unit("unit") else { return "%" }
            guard unit == "%" else {
                throw section.problem("unit", "a \(kind.rawValue) moves from 0 to 100 %; write %, or take it out")
            }
            return unit
        case .setpoint:
            guard let unit = try section.unit("unit") else {
                throw section.problem("unit", "is missing; write what the set-point is in, such as 'unit: Cel'")
            }
            return unit
        }
    }

    private func drives() throws(CoAPError) -> ModelInput? {
        guard let text = try section.text("drives", wanted: "a model's input, such as room.heater") else { return nil }
        guard let input = ModelInput(rawValue: text) else {
            throw section.problem(
                "drives", Section.unknown(text, among: ModelInput.allCases.map(\.rawValue), is: "no model's input"))
        }
        let model = String(text.prefix { $0 != "." })
        guard models.contains(model) else {
            throw section.problem(
                "drives", "'\(text)' needs the model '\(model)'; add 'models: {\(model): {}}' to the group")
        }
        return input
    }

    private func envelope(_ safety: Section, _ kind: Actuator.Kind) throws(CoAPError) -> SafetyEnvelope {
        var envelope = SafetyEnvelope()
        envelope.range = try safety.range("range")
        if let range = envelope.range, let limits = kind.limits,
            !(limits ~= range.lowerBound && limits ~= range.upperBound)
        {
            throw safety.problem(
                "range", "a \(kind.rawValue) moves from \(limits.shown); write a range within that")
        }
        envelope.rateOfChange = try safety.positive("rate")
        envelope.silence = try safety.measure("silence", .duration, in: 0...ScenarioLimits.longest, above: 0)
        envelope.failSafe = try safety.position("fail-safe", of: kind)
        if let range = envelope.range, let failSafe = envelope.failSafe, !range.contains(failSafe) {
            throw safety.problem(
                "fail-safe", "\(failSafe.shown) is outside the safety range, \(range.shown); write a value within it")
        }
        guard envelope.silence == nil || envelope.failSafe != nil else {
            throw safety.problem("silence", "needs a value to fall back to; write 'fail-safe', too")
        }
        for (index, node) in try safety.list("interlocks").enumerated() {
            let inner = try Section(node, .interlock, "\(safety.path("interlocks"))[\(index + 1)]", in: safety.yaml)
            guard let forbidden = try inner.range("between") else { continue }
            let resource = try inner.text("resource") ?? ""
            envelope.interlocks.append(
                .init(resource: resource, forbidden: forbidden, values: try inner.range("forbids")))
        }
        guard envelope.interlocks.count <= ScenarioLimits.resources else {
            throw safety.problem("interlocks", "has more than \(ScenarioLimits.resources); leave some out")
        }
        return envelope
    }
}

extension Actuator.Kind {
    /// How far it goes; nil for a set-point.
    var limits: ClosedRange<Double>? {
        switch self {
        case .switch: 0...1
        case .dimmer, .valve: 0...100
        case .setpoint: nil
        }
    }
}

extension Section {
    /// What an actuator is set to: on or off for a switch, a number for others.
    func position(_ name: String, of kind: Actuator.Kind?) throws(CoAPError) -> Double? {
        guard let node = node(name) else { return nil }
        let word = node.scalar?.string.lowercased() ?? ""
        let position: Double? =
            switch word {
            case "on", "true", "yes": 1
            case "off", "false", "no": 0
            default: nil
            }
        if let position, kind == .switch || kind == nil { return position }
        let value = try number(name)
        guard let value, let kind, let limits = kind.limits else { return value }
        guard kind == .switch ? value == 0 || value == 1 : limits.contains(value) else {
            let wanted = kind == .switch ? "on or off" : limits.shown
            throw problem(name, "\(value.shown) is no position of a \(kind.rawValue); write \(wanted)")
        }
        return value
    }
}
