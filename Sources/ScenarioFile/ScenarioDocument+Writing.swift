// SPDX-License-Identifier: Apache-2.0

public import DeviceSimulator

// A scenario written as a file.
extension ScenarioDocument {
    /// The text of a file that is read back as this scenario; recordings stand in it point by point.
    ///
    /// - Parameter scenario: what is written. Its names, paths and values must be such as a file may have; the lines of its assertions
    ///   are not kept.
    public static func yaml(of scenario: Scenario) -> String {
        var lines = ["scenario: \(YAMLText.text(scenario.name))"]
        if !scenario.title.isEmpty { lines.append("title: \(YAMLText.text(scenario.title))") }
        if scenario.seed != 1 { lines.append("seed: \(scenario.seed)") }
        let time = YAMLText.mapping([
            ("start", scenario.start.map(Timestamp.text)),
            ("speed", scenario.speed == 1 ? nil : YAMLText.number(scenario.speed)),
            ("duration", scenario.duration.map(YAMLText.duration)),
        ])
        if time != "{}" { lines.append("time: \(time)") }
        if scenario.rampUp != 0 { lines.append("ramp-up: \(YAMLText.duration(scenario.rampUp))") }
        if !scenario.shared.isEmpty {
            lines.append("shared:")
            for (name, signal) in scenario.shared.sorted(by: { $0.key < $1.key }) {
                lines.append("  \(YAMLText.text(name)): \(SignalText.text(signal))")
            }
        }
        if !scenario.groups.isEmpty {
            lines.append("groups:")
            lines += scenario.groups.flatMap(GroupText.lines)
        }
        if !scenario.events.isEmpty {
            lines.append("events:")
            lines += scenario.events.map { "  - \(event($0))" }
        }
        if !scenario.assertions.isEmpty {
            lines.append("assert:")
            lines += scenario.assertions.map { "  - \(YAMLText.text($0.text))" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func event(_ event: ScenarioEvent) -> String {
        let at: (key: String, value: String?) = ("at", YAMLText.duration(event.time))
        func members(
            _ action: String, _ devices: String?, _ others: [(key: String, value: String?)] = []
        ) -> String {
            YAMLText.mapping([at, ("do", action), ("devices", devices.map(YAMLText.text))] + others)
        }
        switch event.action {
        case .serverRestart(let time): return members("restart-server", nil, [("for", YAMLText.duration(time))])
        case .rotateCredentials(let devices): return members("rotate-keys", devices)
        case .expireCredentials(let devices): return members("expire", devices)
        case .revokeCredentials(let devices): return members("revoke", devices)
        case .outage(let devices, let time): return members("outage", devices, [("for", YAMLText.duration(time))])
        case .rebind(let devices): return members("rebind", devices)
        case .fault(let kind, let devices, let resource, let time):
            return members(
                "fault", devices,
                GroupText.kind(kind) + [
                    ("resource", resource.map(YAMLText.text)), ("for", time == 0 ? nil : YAMLText.duration(time)),
                ])
        case .write(let devices, let path, let value):
            return members("set", devices, [("resource", YAMLText.text(path)), ("value", YAMLText.number(value))])
        }
    }
}
