// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator

/// What can be read and written at a server, to show how.
struct ServerExamples: Hashable, Sendable {
    /// The path of something to read, `sensors/temperature`.
    let readable: String
    /// The path of something to write, and what; nil where there is nothing.
    let writable: Writable?

    /// Something to write.
    struct Writable: Hashable, Sendable {
        let path: String
        let text: String
    }

    /// What the thermostat has.
    static let thermostat = ServerExamples(
        readable: "sensors/temperature", writable: Writable(path: "actuators/led", text: "on"))

    init(readable: String, writable: Writable?) {
        self.readable = readable
        self.writable = writable
    }

    /// What the first devices of a scenario have.
    init(_ scenario: Scenario) {
        let hosted = HostedPaths(scenario)
        var sensor: String?
        var actuator: Writable?
        var other: String?
        for group in scenario.groups {
            for resource in group.resources {
                let path = hosted.path(of: resource, at: group.deviceName(group.first))
                switch resource.content {
                case .sensor: sensor = sensor ?? path
                case .actuator(let kind):
                    actuator = actuator ?? Writable(path: path, text: Self.text(for: kind))
                case .description, .firmware: other = other ?? path
                }
            }
        }
        readable = sensor ?? actuator?.path ?? other ?? ".well-known/core"
        writable = actuator
    }

    /// A value that the actuator may take.
    private static func text(for actuator: Actuator) -> String {
        guard actuator.kind != .switch else { return "on" }
        let range = actuator.envelope.range
        let value = range.map { min(max(actuator.initial, $0.lowerBound), $0.upperBound) } ?? actuator.initial
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
