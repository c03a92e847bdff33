// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator

/// Resources as they stand in files.
enum ResourceText {
    static func text(_ resource: DeviceResource) -> String {
        var members: [(key: String, value: String?)] =
            switch resource.content {
            case .sensor(let sensor): self.sensor(sensor)
            case .actuator(let actuator): self.actuator(actuator, resource.path)
            case .description: [("description", "true")]
            case .firmware: [("firmware", "true")]
            }
        members.append(("title", resource.title.map(YAMLText.text)))
        members.append(("rt", resource.resourceType.map(YAMLText.text)))
        members.append(("if", resource.interface.map(YAMLText.text)))
        return YAMLText.mapping(members)
    }

    private static func sensor(_ sensor: Sensor) -> [(key: String, value: String?)] {
        [
            ("sensor", YAMLText.text(sensor.quantity)), ("unit", YAMLText.text(sensor.unit)),
            ("signal", SignalText.text(sensor.signal)),
            ("period", sensor.period == 1 ? nil : YAMLText.duration(sensor.period)), ("noise", some(sensor.noise)),
            ("drift", some(sensor.drift)), ("quantum", some(sensor.quantum)),
            ("range", sensor.range.map(YAMLText.range)),
            ("warm-up", sensor.warmUp == 0 ? nil : YAMLText.duration(sensor.warmUp)),
        ]
    }

    private static func actuator(_ actuator: Actuator, _ path: String) -> [(key: String, value: String?)] {
        let usual = path.split(separator: "/").last.map(String.init)
        let hasUnit = actuator.kind == .setpoint
        return [
            ("actuator", actuator.kind.rawValue),
            ("quantity", actuator.quantity == usual ? nil : YAMLText.text(actuator.quantity)),
            ("unit", hasUnit ? YAMLText.text(actuator.unit) : nil), ("drives", actuator.drives?.rawValue),
            ("initial", YAMLText.number(actuator.initial)),
            ("latency", actuator.latency == 0 ? nil : YAMLText.duration(actuator.latency)),
            ("inertia", actuator.inertia == 0 ? nil : YAMLText.duration(actuator.inertia)),
            ("wear", some(actuator.wear)), ("refusal", some(actuator.refusal)),
            ("safety", actuator.envelope == SafetyEnvelope() ? nil : safety(actuator.envelope)),
        ]
    }

    private static func safety(_ envelope: SafetyEnvelope) -> String {
        let interlocks = envelope.interlocks.map { interlock in
            YAMLText.mapping([
                ("resource", YAMLText.text(interlock.resource)), ("between", YAMLText.range(interlock.forbidden)),
                ("forbids", interlock.values.map(YAMLText.range)),
            ])
        }
        return YAMLText.mapping([
            ("range", envelope.range.map(YAMLText.range)), ("rate", envelope.rateOfChange.map(YAMLText.number)),
            ("fail-safe", envelope.failSafe.map(YAMLText.number)),
            ("silence", envelope.silence.map(YAMLText.duration)),
            ("interlocks", interlocks.isEmpty ? nil : YAMLText.list(interlocks)),
        ])
    }

    /// A number other than 0.
    static func some(_ value: Double) -> String? { value == 0 ? nil : YAMLText.number(value) }
}
