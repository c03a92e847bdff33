// SPDX-License-Identifier: Apache-2.0

import Testing

/// A broken file, the line that is named, and what the message says.
struct Broken: CustomTestStringConvertible, Sendable {
    let text: String
    let line: Int
    let parts: [String]

    init(_ text: String, _ line: Int, _ parts: String...) {
        self.text = text
        self.line = line
        self.parts = parts
    }

    var testDescription: String { parts.first ?? "\(line)" }

    /// A group with three devices and a sensor; what is added stands on line 7.
    static func group(_ lines: String, _ line: Int, _ parts: String...) -> Broken {
        Broken(
            """
            scenario: s
            time: {duration: 10 min}
            groups:
              - devices: d-{n}
                count: 3
                resources: {a: {sensor: t, unit: Cel, signal: 1}}
            \(lines.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
            """, line, parts)
    }

    /// Resources of a group with all models: the first stands on line 7.
    static func resource(_ lines: String, _ line: Int, _ parts: String...) -> Broken {
        Broken(
            """
            scenario: s
            groups:
              - devices: d
                models: {room: {}, tank: {}, battery: {}}
                inputs: {room.people: 1}
                resources:
            \(lines.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n"))
            """, line, parts)
    }

    /// A signal on line 4.
    static func signal(_ signal: String, _ parts: String...) -> Broken {
        Broken(
            "scenario: s\ngroups:\n  - devices: d\n    resources: {a: {sensor: t, unit: Cel, signal: \(signal)}}\n", 4,
            parts)
    }

    /// Something behind two groups of three devices each; it stands on line 5.
    static func end(_ lines: String, _ parts: String...) -> Broken {
        Broken(
            """
            scenario: s
            time: {duration: 10 min}
            groups: [{devices: "d-{n}", count: 3, resources: {a: {sensor: t, unit: Cel, signal: 1}, b: {actuator: switch}}},
              {devices: "e-{n}", count: 3, credentials: plain, resources: {a: {sensor: u, unit: Cel, signal: 1}}}]
            \(lines)
            """, 5, parts)
    }

    private init(_ text: String, _ line: Int, _ parts: [String]) {
        self.text = text
        self.line = line
        self.parts = parts
    }
}
