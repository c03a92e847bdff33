// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML
import SenML
import Yams

/// Reads the resources of a group's devices.
struct ResourceReader {
    let yaml: YAMLReader
    let signals: SignalReader
    /// The models that the devices have.
    let models: Set<String>

    private static let kinds: [ScenarioPart] = [.sensor, .actuator, .description, .firmware]

    func resources(_ section: Section) throws(CoAPError) -> [DeviceResource] {
        guard let node = section.node("resources") else { return [] }
        let key = section.path("resources")
        let members = try yaml.orderedMembers(of: node, key, allowed: nil, names: "paths such as sensors/temperature")
        guard !members.isEmpty else {
            throw yaml.problem(node.line, key, "there is none; write one, such as sensors/temperature: {sensor: ...}")
        }
        guard members.count <= ScenarioLimits.resources else {
            throw yaml.problem(
                members[ScenarioLimits.resources].line, key,
                "has \(members.count) resources; a device has \(ScenarioLimits.resources) at most")
        }
        var resources: [DeviceResource] = []
        var quantities: [String: String] = [:]
        for member in members {
            let path = "\(key).\(member.name)"
            try check(path: member.name, member.line, key)
            let resource = try resource(member, path)
            if let quantity = resource.sensor?.quantity {
                if let other = quantities.updateValue(member.name, forKey: quantity) {
                    throw yaml.problem(
                        member.line, path,
                        "'\(quantity)' is the quantity of \(other), too; call one otherwise, such as outside-\(quantity)"
                    )
                }
            }
            if let drives = resource.drives, let other = resources.first(where: { $0.drives == drives }) {
                throw yaml.problem(
                    member.line, path, "\(other.path) drives \(drives.rawValue) already; let one of them drive it")
            }
            resources.append(resource)
        }
        for (resource, member) in zip(resources, members) {
            guard let other = resources.first(where: { $0.content == .firmware && resource.path == $0.path + "/state" })
            else { continue }
            throw yaml.problem(
                member.line, "\(key).\(member.name)",
                "is where the firmware \(other.path) shows its state; choose another path")
        }
        try checkInterlocks(resources, members, key)
        return resources
    }

    /// Refuses what is no path of a resource.
    private func check(path: String, _ line: Int, _ key: String) throws(CoAPError) {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let isAllowed: (UInt8) -> Bool = {
            GroupReader.isLetterOrDigit($0) || [0x2D, 0x2E, 0x5F, 0x7E].contains($0)
        }
        guard path.utf8.count <= 128, segments.count <= 8,
            segments.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.allSatisfy(isAllowed) })
        else {
            let hint = path.hasPrefix("/") ? "leave the '/' in front out" : "write one such as sensors/temperature"
            throw yaml.problem(
                line, key,
                "'\(path.shown)' is no path; \(hint): letters, digits, '-', '_', '.' and '~', parted by '/', 128 bytes at most"
            )
        }
        guard segments.first != ".well-known" else {
            throw yaml.problem(line, key, "'\(path.shown)' belongs to discovery; choose another path")
        }
    }

    private func resource(_ member: YAMLReader.Member, _ key: String) throws(CoAPError) -> DeviceResource {
        let present = member.value.mapping?.keys.compactMap(\.scalar?.string) ?? []
        let found = Self.kinds.filter { present.contains($0.rawValue) }
        guard let part = found.first, found.count == 1 else {
            guard member.value.mapping != nil else {
                throw yaml.problem(
                    member.line, key,
                    "is \(member.value.kind); write a mapping with one of sensor, actuator, description, firmware"
                )
            }
            let odd = present.lazy.compactMap { name in
                Self.kinds.first { Spelling.isNear(name, $0.rawValue) }.map { (name, $0.rawValue) }
            }.first
            let hint = found.isEmpty ? odd.map { "; '\($0.0.shown)' is '\($0.1)' misspelled perhaps" } ?? "" : ""
            throw yaml.problem(
                member.line, key,
                found.isEmpty
                    ? "is neither sensor, actuator, description nor firmware; write one of these keys\(hint)"
                    : "is \(found.map(\.rawValue).joined(separator: " and ")) at once; write two resources")
        }
        let section = try Section(member.value, part, key, in: yaml)
        var resource: DeviceResource
        switch part {
        case .sensor: resource = DeviceResource(path: member.name, .sensor(try sensor(section)))
        case .actuator:
            let reader = ActuatorReader(section: section, path: member.name, models: models)
            resource = DeviceResource(path: member.name, .actuator(try reader.actuator()))
        default:
            guard try section.flag(part.rawValue) == true else {
                throw section.problem(part.rawValue, "is false; write true, or leave the resource out")
            }
            resource = DeviceResource(path: member.name, part == .description ? .description : .firmware)
        }
        resource.title = try section.title("title")
        resource.resourceType = try Self.attribute(section, "rt")
        resource.interface = try Self.attribute(section, "if")
        return resource
    }

    private static func attribute(_ section: Section, _ name: String) throws(CoAPError) -> String? {
        guard let text = try section.text(name) else { return nil }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != 0x5C }
        guard isPlain, text.utf8.count <= 63 else {
            throw section.problem(name, "'\(text.shown)' is no such attribute; write one word, such as temperature")
        }
        return text
    }

    private func sensor(_ section: Section) throws(CoAPError) -> Sensor {
        let quantity = try section.quantity("sensor") ?? ""
        let unit = try section.unit("unit") ?? ""
        guard let node = section.node("signal") else { throw section.problem("signal", "is missing") }
        var sensor = Sensor(
            quantity: quantity, unit: unit, signal: try signals.signal(node, section.path("signal")))
        sensor.period =
            try section.measure("period", .duration, in: ScenarioLimits.shortestPeriod...ScenarioLimits.longest) ?? 1
        sensor.noise = try section.number("noise", in: 0...1e12) ?? 0
        sensor.drift = try section.number("drift") ?? 0
        sensor.quantum = try section.number("quantum", in: 0...1e12) ?? 0
        sensor.range = try section.range("range")
        sensor.warmUp = try section.duration("warm-up") ?? 0
        return sensor
    }

    /// Refuses interlocks that look at what the device has not.
    private func checkInterlocks(
        _ resources: [DeviceResource], _ members: [YAMLReader.Member], _ key: String
    ) throws(CoAPError) {
        let values = resources.filter { $0.content != .description && $0.content != .firmware }.map(\.path)
        for (resource, member) in zip(resources, members) {
            guard case .actuator(let actuator) = resource.content else { continue }
            for (index, interlock) in actuator.envelope.interlocks.enumerated() {
                let path = "\(key).\(resource.path).safety.interlocks[\(index + 1)].resource"
                let line = Self.line(ofInterlock: index, in: member)
                guard interlock.resource != resource.path else {
                    throw yaml.problem(line, path, "an actuator is not locked by itself; name another resource")
                }
                guard values.contains(interlock.resource) else {
                    let others = values.filter { $0 != resource.path }
                    throw yaml.problem(
                        line, path, Section.unknown(interlock.resource, among: others, is: "no resource with a value"))
                }
            }
        }
    }

    private static func line(ofInterlock index: Int, in member: YAMLReader.Member) -> Int {
        let list = member.value.mapping?["safety"]?.mapping?["interlocks"]?.sequence
        guard let list, index < list.count else { return member.line }
        return list[index].mapping?["resource"]?.line ?? list[index].line
    }
}

extension Section {
    /// The name of a quantity, which is a record's name in SenML (RFC 8428 §4.5.1).
    func quantity(_ name: String) throws(CoAPError) -> String? {
        guard let text = try text(name, wanted: "a quantity, such as temperature") else { return nil }
        guard let first = text.utf8.first, GroupReader.isLetterOrDigit(first), text.utf8.count <= 64,
            text.utf8.allSatisfy({ GroupReader.isLetterOrDigit($0) || [0x2D, 0x2E, 0x5F].contains($0) })
        else {
            throw problem(
                name,
                "'\(text.shown)' is no quantity; write a name of letters, digits, '-', '_' and '.', such as humidity")
        }
        return text
    }

    /// A unit's symbol.
    func unit(_ name: String) throws(CoAPError) -> String? {
        guard let text = try text(name, wanted: "a unit, such as Cel") else { return nil }
        let unit = SenMLUnit(rawValue: text)
        guard !SenMLUnit.registered.contains(unit) else { return text }
        if let conversion = unit.conversionToPrimary {
            let one = conversion.offset == 0 ? "1 \(text) is \(conversion.convert(1).shown)" : "-30 dBm is -60"
            throw problem(
                name,
                "'\(text)' is a secondary unit, which SenML of version 10 does not carry (RFC 8798); write \(conversion.unit.rawValue), of which \(one)"
            )
        }
        let names = [
            "C": "Cel", "°C": "Cel", "celsius": "Cel", "degC": "Cel", "%rh": "%RH", "rh": "%RH", "RH": "%RH",
            "percent": "%",
            "lux": "lx", "Lux": "lx", "Volt": "V", "volt": "V", "watt": "W", "Watt": "W", "bool": "/", "m^3": "m3",
        ]
        let meant = names[text] ?? SenMLUnit.registered.map(\.rawValue).first { $0.lowercased() == text.lowercased() }
        let hint = meant.map { "; '\($0)' is meant perhaps" } ?? ""
        throw problem(
            name,
            "'\(text.shown)' is no unit of the SenML registry\(hint); write one such as Cel, %RH, lx, W, V, A, Pa, m, m3, %, / or count (RFC 8428 §12.1)"
        )
    }
}
