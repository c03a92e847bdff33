// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML

/// Reads what goes wrong with devices.
struct FaultReader {
    static let kinds = ["stuck", "spike", "dropout", "offset", "drift", "nan", "clock-skew", "reboot"]

    let yaml: YAMLReader
    /// How long the scenario lasts, in seconds; nil for ever.
    let duration: Double?

    func faults(_ section: Section, of group: DeviceGroup) throws(CoAPError) -> [Fault] {
        var faults: [Fault] = []
        let sensors = group.resources.filter { $0.sensor != nil }.map(\.path)
        var names: [[UInt8]] = []
        for (index, node) in try section.list("faults").enumerated() {
            let inner = try Section(node, .fault, "\(section.path("faults"))[\(index + 1)]", in: yaml)
            let kind = try Self.kind(inner)
            let resource = try Self.resource(inner, kind, sensors)
            let devices = try inner.text("devices")
            if let devices {
                let pattern = DevicePattern(devices)
                if names.isEmpty { names = group.numbers.map { Array(group.deviceName($0).utf8) } }
                guard names.contains(where: pattern.matches) else {
                    throw inner.problem(
                        "devices",
                        "'\(devices.shown)' is none of the group's devices; the first is '\(group.deviceName(group.first))'"
                    )
                }
            }
            let occurrence: Fault.Occurrence
            switch (
                try inner.moment("at", within: duration), try inner.measure("rate", .rate, in: 0...36_000, above: 0)
            ) {
            case (let time?, nil): occurrence = .at(time)
            case (nil, let rate?): occurrence = .rate(perHour: rate)
            case (nil, nil):
                throw yaml.problem(
                    inner.line, inner.key, "'at' or 'rate' is missing; write 'at: 2 min', or 'rate: 2 /h'")
            default: throw inner.problem("rate", "'at' and 'rate' exclude each other; write two faults")
            }
            let length = try inner.duration("for") ?? 0
            faults.append(Fault(kind, resource: resource, devices: devices, occurrence, duration: length))
        }
        return faults
    }

    /// What goes wrong, by `fault`, `size` and `farewell`.
    static func kind(_ section: Section) throws(CoAPError) -> Fault.Kind {
        let word = try section.word("fault", among: kinds) ?? ""
        if section.has("farewell"), word != "reboot" {
            throw section.problem("farewell", "goes with a reboot; take it out")
        }
        func size() throws(CoAPError) -> Double {
            guard let size = try section.number("size") else {
                throw section.problem("size", "is missing; write by how much, such as 'size: 15'")
            }
            return size
        }
        switch word {
        case "spike": return .spike(try size())
        case "offset": return .offset(try size())
        case "drift": return .biasDrift(try size())
        case "clock-skew":
            let time = try section.measure("size", .duration, in: -ScenarioLimits.longest...ScenarioLimits.longest)
            guard let time else {
                throw section.problem("size", "is missing; write by how much the clock is wrong, such as 'size: 30 s'")
            }
            return .clockSkew(time)
        default:
            guard !section.has("size") else {
                throw section.problem("size", "means nothing for '\(word)'; take it out")
            }
        }
        switch word {
        case "stuck": return .stuck
        case "dropout": return .dropout
        case "nan": return .notANumber
        case "reboot":
            guard try section.duration("for") ?? 0 > 0 else {
                throw section.problem("for", "is missing; write how long the device is away, such as 'for: 10 s'")
            }
            return .reboot(farewell: try section.flag("farewell") ?? true)
        default: throw section.problem("fault", "is missing; write \(kinds.joined(separator: ", "))")
        }
    }

    /// Which of the sensors it meets.
    static func resource(_ section: Section, _ kind: Fault.Kind, _ sensors: [String]) throws(CoAPError) -> String? {
        guard let resource = try section.text("resource") else { return nil }
        switch kind {
        case .reboot, .clockSkew:
            throw section.problem("resource", "this concerns the whole device; take it out")
        default: break
        }
        guard sensors.contains(resource) else {
            throw section.problem(
                "resource", Section.unknown(resource, among: sensors, is: "no sensor of these devices"))
        }
        return resource
    }
}
