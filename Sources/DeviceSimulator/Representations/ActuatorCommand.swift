// SPDX-License-Identifier: Apache-2.0

import CBOR
public import CoAP
import Glibc
import SenML

/// What an actuator is told: on or off, or a number; in text, SenML, JSON or CBOR.
public struct ActuatorCommand: Hashable, Sendable {
    private enum Content: Hashable {
        case state(Bool)
        /// A number where the format has its own way of saying on and off.
        case number(Double)
        /// A number that is 0 or 1 for off and on, too.
        case digits(Double)
    }

    private let content: Content?
    /// The unit behind a number; nil where none is given.
    private var unit: String?
    /// The record's name in SenML.
    private var name: String?

    /// The value for an actuator: 0 or 1 for a switch, a number for others.
    ///
    /// A number may have the actuator's unit with it, as SenML or people write it; `/` and `%` are converted.
    ///
    /// - Throws: `ResponseError` with 4.00 that says what to write: for another unit, or a SenML record of another name, too.
    public func value(for actuator: Actuator) throws(ResponseError) -> Double {
        let value = try number(for: actuator)
        if let name, name != actuator.quantity, !name.hasSuffix(":" + actuator.quantity),
            !name.hasSuffix("/" + actuator.quantity)
        {
            throw ResponseError(.badRequest, "the record is not about \(actuator.quantity); call it so")
        }
        guard let unit, !unit.isEmpty else { return value }
        let own = actuator.unitSymbol
        switch (unit, own) {
        case _ where unit == own || " \(unit)" == actuator.displayedUnit: return value
        case ("/", "%"): return value * 100
        case ("%", "/"): return value / 100
        // A state is a ratio in SenML, if anything.
        case ("/", "") where actuator.kind == .switch: return value
        default:
            throw ResponseError(
                .badRequest,
                own.isEmpty
                    ? "\(actuator.quantity) has no unit; leave it out"
                    : "this is the wrong unit; write a number in\(actuator.displayedUnit)")
        }
    }

    private func number(for actuator: Actuator) throws(ResponseError) -> Double {
        switch (actuator.kind, content) {
        case (.switch, .state(let isOn)): return isOn ? 1 : 0
        case (.switch, .digits(let value)) where value == 0 || value == 1: return value
        case (.switch, _):
            throw ResponseError(.badRequest, #"write on or off, {"on": true} in JSON or CBOR, or vb in SenML"#)
        case (_, .number(let value)), (_, .digits(let value)): return value
        default:
            let example = Digits.text(actuator.envelope.range?.upperBound ?? 50)
            throw ResponseError(
                .badRequest,
                "write a number\(actuator.displayedUnit.isEmpty ? "" : " in\(actuator.displayedUnit)"), such as "
                    + "\(example), {\"value\": \(example)} in JSON or CBOR, or v in SenML")
        }
    }
}

extension ActuatorCommand: DecodableRepresentation {
    /// Text, which is assumed where a request names nothing, SenML, JSON and CBOR.
    public static var acceptedFormats: [ContentFormat] { Presentation.contentFormats }

    /// Reads `on`, `off`, `true`, `false` or a number, behind which a unit may stand; the bare value, `{"on": …}` or `{"value": …}` in
    /// JSON or CBOR; `vb` or `v` of the newest record of a SenML pack, of several from one time the first.
    ///
    /// - Throws: `ResponseError` with 4.00 for a pack that makes no sense; other nonsense is told by ``value(for:)``.
    public init(decoding payload: [UInt8], as format: ContentFormat) throws {
        switch format {
        case .senMLJSON, .senMLCBOR:
            let records = try SenMLPack(decoding: payload, as: format).resolved(now: Double(Glibc.time(nil)))
            let newest = records.last { $0.value != nil }?.time
            let record = records.first { $0.value != nil && $0.time == newest }
            unit = record?.unit?.rawValue
            name = record?.name
            switch record?.value {
            case .bool(let value): content = .state(value)
            case .number(let value): content = .digits(value)
            default: content = nil
            }
        case .json, .cbor:
            let value =
                format == .json
                ? try? JSONParser.parse(payload) : (try? CBORReader.parse(payload)).flatMap(JSONValue.init)
            if case .string(let text)? = value?["unit"] { unit = text }
            switch value?["on"] ?? value?["value"] ?? value {
            case .bool(let value): content = .state(value)
            case let value: content = value?.double.map(Content.number)
            }
        default:
            // No number is that long.
            let text = payload.count > 64 ? "" : String(decoding: payload, as: UTF8.self)
            let words = text.split(whereSeparator: \.isWhitespace)
            if words.count == 2 { unit = String(words[1]) }
            switch words.first?.lowercased() {
            case "on", "true": content = words.count == 1 ? .state(true) : nil
            case "off", "false": content = words.count == 1 ? .state(false) : nil
            case let word?: content = words.count <= 2 ? Double(word).map(Content.digits) : nil
            case nil: content = nil
            }
        }
    }
}

extension Request {
    /// What the request tells an actuator.
    ///
    /// - Throws: `ResponseError`: 4.15 for a format that is not read, 4.00 that says what to write.
    func value(for actuator: Actuator) throws(ResponseError) -> Double {
        let command: ActuatorCommand
        do { command = try decode() } catch let error as ResponseError {
            throw error
        } catch {
            throw ResponseError(.badRequest, "the body makes no sense: \(error)")
        }
        return try command.value(for: actuator)
    }
}
