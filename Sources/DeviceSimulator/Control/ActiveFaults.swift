// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

/// The faults that were asked for and last, in text, JSON or CBOR.
struct ActiveFaults: Hashable, Sendable {
    /// The oldest first.
    var faults: [InjectedFault]
    /// The present moment, in seconds since the scenario's start.
    var time: Double
}

extension ActiveFaults: Representation {
    static var contentFormats: [ContentFormat] { [.text, .json, .cbor] }

    func encoded(as format: ContentFormat) throws -> [UInt8] {
        guard format != .text else {
            let lines = faults.map { fault in
                "\(fault.command): \(fault.devices) \(fault.devices == 1 ? "device" : "devices"), by \(fault.identity), "
                    + "\(DurationPhrase.text(fault.rest(at: time).rounded(.up))) left"
            }
            return Array(
                ((lines.isEmpty ? ["nothing that was asked for goes wrong"] : lines) + [FaultCommand.help])
                    .joined(separator: "\n").utf8)
        }
        return JSONValue.array(
            faults.map { fault in
                .object([
                    .init("command", .string("\(fault.command)")), .init("devices", .number(Double(fault.devices))),
                    .init("identity", .string("\(fault.identity)")), .init("start", .number(fault.start)),
                    .init("left", .number(fault.rest(at: time))),
                ])
            }
        ).encoded(as: format)
    }
}
