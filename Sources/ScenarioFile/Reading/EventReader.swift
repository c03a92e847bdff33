// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML

/// Reads what happens at set times.
struct EventReader {
    static let actions = ["restart-server", "rotate-keys", "expire", "revoke", "outage", "rebind", "fault", "set"]

    let roster: Roster
    /// How long the scenario lasts, in seconds; nil for ever.
    let duration: Double?

    func event(_ section: Section) throws(CoAPError) -> ScenarioEvent {
        let time = try section.moment("at", within: duration) ?? 0
        let word = try section.word("do", among: Self.actions) ?? ""
        let allowed = Self.keys(of: word)
        for name in section.names.sorted() where !["at", "do"].contains(name) && !allowed.contains(name) {
            let known = allowed.isEmpty ? "nothing else is" : "\(allowed.joined(separator: ", ")) are"
            throw section.problem(name, "means nothing for '\(word)', where \(known) known; take it out")
        }
        let pattern = try devices(section, needsDevice: word != "restart-server")
        switch word {
        case "restart-server":
            return ScenarioEvent(at: time, .serverRestart(downFor: try section.duration("for") ?? 1))
        case "rotate-keys": return ScenarioEvent(at: time, .rotateCredentials(devices: pattern))
        case "expire": return ScenarioEvent(at: time, .expireCredentials(devices: pattern))
        case "revoke": return ScenarioEvent(at: time, .revokeCredentials(devices: pattern))
        case "rebind": return ScenarioEvent(at: time, .rebind(devices: pattern))
        case "outage":
            guard let length = try section.measure("for", .duration, in: 0...ScenarioLimits.longest, above: 0) else {
                throw section.problem("for", "is missing; write how long nothing passes, such as 'for: 20 s'")
            }
            return ScenarioEvent(at: time, .outage(devices: pattern, duration: length))
        case "fault":
            let kind = try FaultReader.kind(section)
            let resource = try FaultReader.resource(section, kind, paths(pattern) { $0.sensor != nil })
            let length = try section.duration("for") ?? 0
            return ScenarioEvent(at: time, .fault(kind, devices: pattern, resource: resource, duration: length))
        default: return ScenarioEvent(at: time, try write(section, pattern))
        }
    }

    private func write(_ section: Section, _ pattern: String) throws(CoAPError) -> ScenarioEvent.Action {
        let actuators = paths(pattern) { resource in
            if case .actuator = resource.content { true } else { false }
        }
        guard let path = try section.text("resource", wanted: "an actuator's path") else {
            throw section.problem("resource", "is missing; write the actuator, such as 'resource: actuators/heater'")
        }
        guard actuators.contains(path) else {
            throw section.problem(
                "resource",
                actuators.isEmpty
                    ? "'\(pattern.shown)' have no actuator; choose other devices"
                    : Section.unknown(path, among: actuators, is: "no actuator of these devices"))
        }
        guard let value = try section.position("value", of: nil) else {
            throw section.problem("value", "is missing; write what it is set to, such as 'value: 21' or 'value: on'")
        }
        return .write(devices: pattern, path: path, value: value)
    }

    private static func keys(of word: String) -> [String] {
        switch word {
        case "restart-server": ["for"]
        case "outage": ["devices", "for"]
        case "fault": ["devices", "for", "resource", "fault", "size", "farewell"]
        case "set": ["devices", "resource", "value"]
        default: ["devices"]
        }
    }

    private func devices(_ section: Section, needsDevice: Bool) throws(CoAPError) -> String {
        let pattern = try section.text("devices", wanted: "devices, such as room-*") ?? "*"
        if needsDevice, roster.groups(matching: pattern).isEmpty {
            throw section.problem(
                "devices", "'\(pattern.shown)' is nobody; there are \(roster.examples), and \"*\" means all")
        }
        return pattern
    }

    /// The paths of some resources of the devices that a pattern means.
    private func paths(_ pattern: String, _ isWanted: (DeviceResource) -> Bool) -> [String] {
        var paths: [String] = []
        for group in roster.groups(matching: pattern) {
            for resource in roster.groups[group].resources where isWanted(resource) && !paths.contains(resource.path) {
                paths.append(resource.path)
            }
        }
        return paths
    }
}
