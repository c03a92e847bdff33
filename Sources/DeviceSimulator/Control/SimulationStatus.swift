// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

/// What is simulated and how far it is, in text, JSON or CBOR.
struct SimulationStatus: Hashable, Sendable {
    var scenario: String
    var title: String
    /// Seconds since the scenario's start.
    var time: Double
    var speed: Double
    var devices: Int
    /// How many devices do not reboot.
    var running: Int
    /// How many faults that were asked for last.
    var faults: Int
}

extension SimulationStatus: Representation {
    static var contentFormats: [ContentFormat] { [.text, .json, .cbor] }

    func encoded(as format: ContentFormat) throws -> [UInt8] {
        guard format != .text else {
            return Array(
                """
                \(scenario): \(title)
                time: \(DurationPhrase.text(time.rounded(.down)))
                speed: \(DurationPhrase.number(speed))
                devices: \(devices), \(running) of them running
                faults by hand: \(faults)
                """.utf8)
        }
        return JSONValue.object([
            .init("scenario", .string(scenario)), .init("title", .string(title)), .init("time", .number(time)),
            .init("speed", .number(speed)), .init("devices", .number(Double(devices))),
            .init("running", .number(Double(running))), .init("faults", .number(Double(faults))),
        ]).encoded(as: format)
    }
}
