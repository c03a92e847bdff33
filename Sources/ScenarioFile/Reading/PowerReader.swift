// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML
import Yams

/// Reads what devices have their power from.
enum PowerReader {
    /// The radios that are known by name.
    static var radios: [RadioProfile] { RadioProfile.known }

    static func power(_ section: Section) throws(CoAPError) -> PowerPlan {
        var plan = PowerPlan()
        if let node = section.node("radio") {
            if node.scalar == nil {
                plan.radio = try radio(Section(node, .radio, section.path("radio"), in: section.yaml))
            } else {
                plan.radio = try named(section, "radio") ?? plan.radio
            }
        }
        plan.battery = try section.measure("battery", .charge, in: 0...1e9, above: 0)
        return plan
    }

    private static func named(_ section: Section, _ key: String) throws(CoAPError) -> RadioProfile? {
        let names = radios.map { "\"\($0.name)\"" }
        guard let text = try section.text(key, wanted: "a radio, such as \(names.joined(separator: ", "))") else {
            return nil
        }
        guard let radio = radios.first(where: { $0.name == text }) else {
            throw section.problem(
                key, "'\(text.shown)' is no radio that is known; write \(names.joined(separator: ", ")), or a mapping")
        }
        return radio
    }

    /// A radio of its own: what is not given is that of the known one by its name, or of 802.15.4.
    private static func radio(_ section: Section) throws(CoAPError) -> RadioProfile {
        var radio = RadioProfile.ieee802154
        let name = try section.text("name") ?? "custom"
        radio = radios.first { $0.name == name } ?? radio
        radio.name = name
        let currents: [(String, WritableKeyPath<RadioProfile, Double>)] = [
            ("transmit", \.transmitCurrent), ("receive", \.receiveCurrent), ("sleep", \.sleepCurrent),
            ("processor", \.processorCurrent),
        ]
        for (key, property) in currents {
            radio[keyPath: property] = try section.measure(key, .current, in: 0...1e6) ?? radio[keyPath: property]
        }
        let times: [(String, WritableKeyPath<RadioProfile, Double>)] = [
            ("listen", \.listenTime), ("psk-handshake", \.preSharedKeyHandshakeTime),
            ("certificate-handshake", \.certificateHandshakeTime),
        ]
        for (key, property) in times {
            radio[keyPath: property] = try section.measure(key, .duration, in: 0...3600) ?? radio[keyPath: property]
        }
        radio.bitRate = try section.measure("bit-rate", .bitRate, in: 0...1e12, above: 0) ?? radio.bitRate
        radio.framePayload = try section.measure("frame", .size, in: 1...65_535) ?? radio.framePayload
        radio.datagramOverhead = try section.measure("overhead", .size, in: 0...10_000) ?? radio.datagramOverhead
        return radio
    }
}
