// SPDX-License-Identifier: Apache-2.0

import CBOR
public import CoAP
import SenML

/// Whether a light-emitting diode is on, in text, SenML, JSON or CBOR.
public struct LEDState: Hashable, Sendable {
    /// True when it shines.
    public var isOn: Bool
    /// The device's name, for SenML.
    var device = ""

    /// A state.
    public init(isOn: Bool) { self.isOn = isOn }
}

extension LEDState: Representation, DecodableRepresentation {
    /// Text first, then SenML in JSON and CBOR, JSON and CBOR.
    public static var contentFormats: [ContentFormat] { Presentation.contentFormats }

    /// Text, which is assumed where a request names nothing, SenML, JSON and CBOR.
    public static var acceptedFormats: [ContentFormat] { Presentation.contentFormats }

    /// `on` or `off`, a SenML pack of one record, or `{"on":true}` in JSON or CBOR.
    public func encoded(as format: ContentFormat) throws -> [UInt8] {
        // A state that no device has told has no name before its own.
        let base = device.isEmpty ? nil : device + ":"
        let record = SenMLRecord(baseName: base, name: "led", value: .bool(isOn))
        return try Presentation(
            text: isOn ? "on" : "off", senML: SenMLPack([record]), json: .object([.init("on", .bool(isOn))])
        ).encoded(as: format)
    }

    /// Reads `on`, `off`, `1`, `0`, `true`, `false`; `true`, `false`, `{"on": …}` in JSON or CBOR; `vb` or `v` of the newest record of a
    /// SenML pack, of several from one time the first.
    ///
    /// - Throws: `ResponseError` with 4.00 that says what to write.
    public init(decoding payload: [UInt8], as format: ContentFormat) throws {
        let state: Bool?
        switch format {
        case .senMLJSON, .senMLCBOR:
            let records = try SenMLPack(decoding: payload, as: format).resolved(now: SimulatedDevice.systemClock())
            let newest = records.last { $0.value != nil }?.time
            switch records.first(where: { $0.value != nil && $0.time == newest })?.value {
            case .bool(let value): state = value
            case .number(let value): state = value == 1 ? true : value == 0 ? false : nil
            default: state = nil
            }
        case .json, .cbor:
            let value =
                format == .json
                ? try? JSONParser.parse(payload) : (try? CBORReader.parse(payload)).flatMap(JSONValue.init)
            switch value?["on"] ?? value {
            case .bool(let value): state = value
            default: state = nil
            }
        default:
            switch String(decoding: payload, as: UTF8.self).lowercased().filter({ !$0.isWhitespace }) {
            case "on", "1", "true": state = true
            case "off", "0", "false": state = false
            default: state = nil
            }
        }
        guard let state else {
            throw ResponseError(.badRequest, #"write on or off, {"on": true} in JSON or CBOR, or vb in SenML"#)
        }
        isOn = state
    }
}
