// SPDX-License-Identifier: Apache-2.0

public import CoAP
import SenML

/// Where an actuator is, in text, SenML, JSON or CBOR.
public struct ActuatorPosition: Hashable, Sendable {
    /// What the actuator is: only a switch is on or off.
    public var kind: Actuator.Kind
    /// The quantity's name, `heater`.
    public var quantity: String
    /// The unit's symbol in SenML; empty for none.
    public var unit: String
    /// The position: 0 to 1 for a switch, per cent for a dimmer or valve, or a value in its unit.
    public var value: Double
    /// The device's name, `urn:dev:ops:32473-room-1`; empty for a position that no device has told.
    public var device: String

    /// A position.
    public init(_ actuator: Actuator, value: Double, device: String = "") {
        kind = actuator.kind
        quantity = actuator.quantity
        unit = actuator.unitSymbol
        self.value = value
        self.device = device
    }

    /// True for a switch that is more on than off.
    public var isOn: Bool { value >= 0.5 }
}

extension ActuatorPosition: Representation, ObservableValue {
    /// Text first, then SenML in JSON and CBOR, JSON and CBOR.
    public static var contentFormats: [ContentFormat] { Presentation.contentFormats }

    /// `on` or `off`, `{"on":true}` and `vb` of a switch; `42 %`, `{"value":42,"unit":"%"}` and `v` of others.
    public func encoded(as format: ContentFormat) throws -> [UInt8] {
        // A position that no device has told has no name before its own.
        var record = SenMLRecord(baseName: device.isEmpty ? nil : device + ":", name: quantity)
        guard kind != .switch else {
            record.value = .bool(isOn)
            return try Presentation(
                text: isOn ? "on" : "off", senML: SenMLPack([record]), json: .object([.init("on", .bool(isOn))])
            ).encoded(as: format)
        }
        let digits = Digits.text(value)
        record.value = .number(Double(digits) ?? value)
        var members = [JSONValue.Member("value", .number(digits))]
        var text = digits
        if !unit.isEmpty {
            let unit = SenMLUnit(rawValue: unit)
            record.unit = unit
            members.append(.init("unit", .string(unit.rawValue)))
            text += " \(unit.displayed)"
        }
        return try Presentation(text: text, senML: SenMLPack([record]), json: .object(members)).encoded(as: format)
    }

    /// The position, or 0 or 1 of a switch.
    public var observableValue: Double? { kind == .switch ? (isOn ? 1 : 0) : value }
}
