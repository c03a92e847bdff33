// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML
import Yams

/// Makes a scenario of a file's text. Every error names the file, the line and the key, and says what may stand there.
struct ScenarioReader {
    private static let example =
        "'scenario: NAME' and 'groups: [{devices: NAME, resources: {...}}]', or look at a scenario that comes with the program"

    private let yaml: YAMLReader
    private let recordings: RecordingReader

    /// - Parameters:
    ///   - name: what to call the file in errors.
    ///   - folder: where it is; nil for a text that is in no file.
    init(name: String, folder: String?) {
        var dialect = YAMLDialect("scenario", code: .invalidArgument)
        dialect.maximumDepth = 48
        dialect.usualDepth = "some ten"
        dialect.braceExample = "{psk: \"{name}\"}"
        dialect.anchorRemedy = "write it out; signals that devices have in common stand under 'shared'"
        dialect.starExample = "\"*\""
        dialect.reservedExample = "\"%\""
        yaml = YAMLReader(name: name, dialect: dialect)
        recordings = RecordingReader(folder: folder)
    }

    func read(_ bytes: [UInt8]) throws(CoAPError) -> Scenario {
        guard let root = try yaml.root(of: bytes), !root.isNothing else {
            throw yaml.problem(1, nil, "the file is empty; write at least \(Self.example)")
        }
        let top = try Section(root, .scenario, nil, in: yaml)
        var scenario = Scenario(name: try name(top))
        scenario.title = try top.title("title") ?? ""
        if let seed = try top.text("seed", wanted: "a whole number") {
            guard let number = UInt64(seed) else {
                throw top.problem("seed", "'\(seed.shown)' is no whole number from 0 to \(UInt64.max); write one")
            }
            scenario.seed = number
        }
        if let node = top.node("time") { try time(Section(node, .time, "time", in: yaml), &scenario) }
        scenario.rampUp = try top.moment("ramp-up", within: scenario.duration) ?? 0
        scenario.shared = try shared(top)
        let roster = try groups(top, &scenario)
        let faults = scenario.groups.reduce(0) { $0 + $1.faults.count }
        guard faults <= ScenarioLimits.faults else {
            throw top.problem("groups", "has \(faults) faults; \(ScenarioLimits.faults) are allowed, so take some out")
        }
        let events = try top.list("events")
        guard events.count <= ScenarioLimits.events else {
            throw top.problem("events", "has \(events.count) entries; \(ScenarioLimits.events) are allowed")
        }
        let reader = EventReader(roster: roster, duration: scenario.duration)
        for (index, node) in events.enumerated() {
            scenario.events.append(try reader.event(Section(node, .event, "events[\(index + 1)]", in: yaml)))
        }
        scenario.assertions = try assertions(top, roster)
        return scenario
    }

    private func name(_ top: Section) throws(CoAPError) -> String {
        let name = try top.text("scenario", wanted: "the scenario's name") ?? ""
        let isName = name.utf8.allSatisfy { GroupReader.isLetterOrDigit($0) || [0x2D, 0x2E, 0x5F].contains($0) }
        guard isName, name.utf8.count <= 64, name.utf8.first != UInt8(ascii: ".") else {
            throw top.problem(
                "scenario", "'\(name.shown)' is no name; write letters, digits, '-', '_' and '.', 64 at most")
        }
        return name
    }

    private func time(_ section: Section, _ scenario: inout Scenario) throws(CoAPError) {
        if let start = try section.text("start", wanted: "a date, such as 2026-01-15T06:00:00Z") {
            guard let seconds = Timestamp.seconds(start) else {
                throw section.problem(
                    "start", "'\(start.shown)' is no date; write 2026-01-15T06:00:00Z, with +01:00 for Z, or 2026-01-15"
                )
            }
            scenario.start = seconds
        }
        scenario.speed = try section.number("speed", in: Scenario.speeds) ?? scenario.speed
        scenario.duration = try section.measure("duration", .duration, in: 0...ScenarioLimits.longest, above: 0)
    }

    private func shared(_ top: Section) throws(CoAPError) -> [String: Signal] {
        guard let node = top.node("shared") else { return [:] }
        let reader = SignalReader(yaml: yaml, scope: .shared, recordings: recordings)
        var signals: [String: Signal] = [:]
        for member in try yaml.orderedMembers(of: node, "shared", allowed: nil, names: "names of signals") {
            signals[member.name] = try reader.signal(member.value, "shared.\(member.name)")
        }
        return signals
    }

    private func groups(_ top: Section, _ scenario: inout Scenario) throws(CoAPError) -> Roster {
        var roster = Roster()
        let nodes = try top.list("groups")
        // The plugtest's resources are those of a server; it has no devices.
        guard !nodes.isEmpty || scenario.name == "plugtest" else {
            throw yaml.problem(
                top.line("groups"), "groups",
                "\(top.has("groups") ? "is empty" : "is missing"); write the devices, such as \(Self.example)")
        }
        guard nodes.count <= ScenarioLimits.groups else {
            throw top.problem("groups", "has \(nodes.count) groups; \(ScenarioLimits.groups) are allowed")
        }
        let reader = GroupReader(
            yaml: yaml, shared: Set(scenario.shared.keys), recordings: recordings, duration: scenario.duration)
        for (index, node) in nodes.enumerated() {
            let section = try Section(node, .group, "groups[\(index + 1)]", in: yaml)
            let group = try reader.group(section)
            try roster.add(group, section)
            scenario.groups.append(group)
        }
        return roster
    }

    private func assertions(_ top: Section, _ roster: Roster) throws(CoAPError) -> [Assertion] {
        let nodes = try top.list("assert")
        guard nodes.count <= ScenarioLimits.assertions else {
            throw top.problem("assert", "has \(nodes.count) entries; \(ScenarioLimits.assertions) are allowed")
        }
        var assertions: [Assertion] = []
        for (index, node) in nodes.enumerated() {
            let key = "assert[\(index + 1)]"
            let text = try yaml.text(node, key, wanted: "a sentence, such as \(AssertionParser.examples)").value
            let check: Assertion.Check
            switch AssertionParser.parse(text) {
            case .success(let parsed): check = parsed
            case .failure(let refusal): throw yaml.problem(node.line, key, refusal.reason)
            }
            if case .between(let quantity, let devices, _) = check {
                try self.check(quantity, devices, node.line, key, roster)
            }
            if case .reports(_, let devices, _, _) = check, roster.groups(matching: devices).isEmpty {
                throw yaml.problem(node.line, key, "'\(devices.shown)' is nobody; there are \(roster.examples)")
            }
            assertions.append(Assertion(text, check, line: node.line))
        }
        return assertions
    }

    /// Refuses an assertion about what nobody measures.
    private func check(
        _ quantity: String, _ pattern: String, _ line: Int, _ key: String, _ roster: Roster
    ) throws(CoAPError) {
        let groups = roster.groups(matching: pattern)
        guard !groups.isEmpty else {
            throw yaml.problem(line, key, "'\(pattern.shown)' is nobody; there are \(roster.examples)")
        }
        let quantities = groups.flatMap { roster.groups[$0].resources.compactMap(\.sensor?.quantity) }
        guard quantities.contains(quantity) else {
            let known = Array(Set(quantities)).sorted()
            guard !known.isEmpty else {
                throw yaml.problem(line, key, "'\(pattern.shown)' have no sensor; choose other devices")
            }
            throw yaml.problem(
                line, key, Section.unknown(quantity, among: known, is: "no quantity of '\(pattern.shown)'"))
        }
    }
}
