// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML
import Yams

/// Reads a group of devices.
struct GroupReader {
    let yaml: YAMLReader
    /// The names of the signals that all devices have in common.
    let shared: Set<String>
    let recordings: RecordingReader
    /// How long the scenario lasts, in seconds; nil for ever.
    let duration: Double?

    func group(_ section: Section) throws(CoAPError) -> DeviceGroup {
        let name = try section.text("devices", wanted: "the devices' name, such as room-{n:03}") ?? ""
        try Self.check(pattern: name, section, "devices", allowsName: false)
        var group = DeviceGroup(name: NamePattern(name))
        group.count = try section.integer("count", in: 1...ScenarioLimits.devices) ?? 1
        group.first = try section.integer("first", in: 0...1_000_000_000) ?? 1
        guard group.count == 1 || name.contains("{n") else {
            throw section.problem(
                "devices",
                "\(group.count) devices would all be '\(name.shown)'; number them, such as \(name.shown)-{n:03}")
        }
        if let credential = try credential(section) { group.credential = credential }
        group.models = try ModelReader(yaml: yaml).models(section)
        let models = Set(group.models.map(\.name))
        let signals = SignalReader(yaml: yaml, scope: .device(models: models, shared: shared), recordings: recordings)
        group.resources = try ResourceReader(yaml: yaml, signals: signals, models: models).resources(section)
        group.inputs = try inputs(section, signals, group, models)
        if let node = section.node("report") {
            let report = try Section(node, .report, section.path("report"), in: yaml)
            group.report = try ReportReader.report(report, of: group)
        }
        if let node = section.node("power") {
            group.power = try PowerReader.power(Section(node, .power, section.path("power"), in: yaml))
        }
        if let node = section.node("link") {
            let link = try Section(node, .link, section.path("link"), in: yaml)
            group.link = try LinkReader(yaml: yaml, duration: duration).link(link)
        }
        group.faults = try FaultReader(yaml: yaml, duration: duration).faults(section, of: group)
        return group
    }

    /// Refuses a pattern of names that says something else than it seems to.
    static func check(
        pattern text: String, _ section: Section, _ key: String, allowsName: Bool
    ) throws(CoAPError) {
        let known = allowsName ? "{name}, {n} and {n:03}" : "{n} and {n:03}"
        var bare = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            bare += rest[..<open]
            let close = rest[open...].firstIndex(of: "}")
            let inner = close.map { rest[rest.index(after: open)..<$0] } ?? ""
            let isNumber =
                inner == "n" || inner.hasPrefix("n:") && Int(inner.dropFirst(2)).map { (1...9).contains($0) } == true
            guard let close, isNumber || inner == "name" && allowsName else {
                throw section.problem(
                    key, "'\(text.shown)' has braces that mean nothing here; known are \(known)")
            }
            rest = rest[rest.index(after: close)...]
            bare += "0"
        }
        bare += rest
        guard let first = bare.utf8.first, isLetterOrDigit(first),
            bare.utf8.allSatisfy({ isLetterOrDigit($0) || [0x2D, 0x2E, 0x5F].contains($0) })
        else {
            throw section.problem(
                key,
                "'\(text.shown)' is no name; names have letters, digits, '-', '_' and '.', begin with a letter or digit, and may have \(known)"
            )
        }
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    private func credential(_ section: Section) throws(CoAPError) -> CredentialPlan? {
        guard let node = section.node("credentials") else { return nil }
        let forms = "plain, {psk: \"{name}\"} or {certificate: \"{name}\"}"
        let key = section.path("credentials")
        guard let mapping = node.mapping else {
            let text = try yaml.text(node, key, wanted: forms).value
            guard text == "plain" else {
                throw section.problem("credentials", "'\(text.shown)' is not known; write \(forms)")
            }
            return .plain
        }
        guard mapping.count == 1 else {
            throw section.problem("credentials", "has \(mapping.count) keys; write one of \(forms)")
        }
        let isCertificate = mapping.first?.key.scalar?.string == "certificate"
        let allowed = isCertificate ? ["certificate"] : ["psk", "certificate"]
        let inner = try Section(node, isCertificate ? .certificate : .psk, key, in: yaml, allowed: allowed)
        let name = isCertificate ? "certificate" : "psk"
        let pattern = try inner.text(name, wanted: "a name, such as \"{name}\"") ?? ""
        try Self.check(pattern: pattern, inner, name, allowsName: true)
        return isCertificate ? .certificate(NamePattern(pattern)) : .preSharedKey(NamePattern(pattern))
    }

    private func inputs(
        _ section: Section, _ signals: SignalReader, _ group: DeviceGroup, _ models: Set<String>
    ) throws(CoAPError) -> [ModelInput: Signal] {
        guard let node = section.node("inputs") else { return [:] }
        let key = section.path("inputs")
        var inputs: [ModelInput: Signal] = [:]
        let known = ModelInput.allCases.map(\.rawValue)
        for member in try yaml.orderedMembers(of: node, key, allowed: nil, names: known.joined(separator: ", ")) {
            let path = "\(key).\(member.name)"
            guard let input = ModelInput(rawValue: member.name) else {
                throw yaml.problem(
                    member.line, key, Section.unknown(member.name, among: known, is: "no model's input"))
            }
            let model = String(member.name.prefix { $0 != "." })
            guard models.contains(model) else {
                throw yaml.problem(
                    member.line, path, "needs the model '\(model)'; add 'models: {\(model): {}}' to the group")
            }
            if let driver = group.resources.first(where: { $0.drives == input }) {
                throw yaml.problem(
                    member.line, path,
                    "the actuator \(driver.path) drives it already; take the input or the actuator's 'drives' out")
            }
            inputs[input] = try signals.signal(member.value, path)
        }
        return inputs
    }
}

extension PhysicalModel {
    /// What it is called in files.
    var name: String {
        switch self {
        case .room: "room"
        case .tank: "tank"
        case .battery: "battery"
        }
    }
}

extension DeviceResource {
    /// The input that its actuator drives.
    var drives: ModelInput? {
        guard case .actuator(let actuator) = content else { return nil }
        return actuator.drives
    }

    /// The sensor behind it.
    var sensor: Sensor? {
        guard case .sensor(let sensor) = content else { return nil }
        return sensor
    }
}
