// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import SenML
import Testing

@testable import DeviceSimulator

@Suite("Actuators: what they are told and show, in every format")
struct ActuatorCommandTests {
    private static let valve: Actuator = {
        var valve = Actuator(.valve, quantity: "valve")
        valve.envelope.range = 0...80
        return valve
    }()

    @Test(
        "A number is read from every format",
        arguments: [
            (ContentFormat.text, Array("42".utf8)), (.text, Array(" 42.0 %\n".utf8)), (.json, Array("42".utf8)),
            (.json, Array(#"{"value": 4.2e1}"#.utf8)), (.cbor, [0x18, 0x2A]),
            (.cbor, [0xA1, 0x65, 0x76, 0x61, 0x6C, 0x75, 0x65, 0x18, 0x2A]),
            (.senMLJSON, Array(#"[{"n":"valve","u":"%","v":42}]"#.utf8)),
            (.senMLJSON, Array(#"[{"bn":"urn:dev:ops:32473-unit-1:","n":"valve","u":"/","v":0.42}]"#.utf8)),
            (.text, Array("0.42 /".utf8)), (.json, Array(#"{"value":42,"unit":"%"}"#.utf8)),
            (.senMLCBOR, [0x81, 0xA2, 0x00, 0x65, 0x76, 0x61, 0x6C, 0x76, 0x65, 0x02, 0x18, 0x2A]),
        ])
    func numbers(format: ContentFormat, body: [UInt8]) throws {
        #expect(try ActuatorCommand(decoding: body, as: format).value(for: Self.valve) == 42)
    }

    @Test(
        "What is none is refused, and the answer says what to write",
        arguments: [
            (ContentFormat.text, ""), (.text, "on"), (.text, "much"), (.text, "4 2 0"), (.json, "true"),
            (.json, #"{"valve": 3}"#), (.json, "[42]"), (.json, "1e999"), (.senMLJSON, #"[{"n":"a","vb":true}]"#),
            (.cbor, "\u{7F}"), (.text, String(repeating: "1", count: 65)),
        ])
    func nonsense(format: ContentFormat, body: String) throws {
        let error = #expect(throws: ResponseError.self) {
            _ = try ActuatorCommand(decoding: Array(body.utf8), as: format).value(for: Self.valve)
        }
        #expect(error?.code == .badRequest)
        #expect(
            error?.diagnostic == #"write a number in %, such as 80, {"value": 80} in JSON or CBOR, or v in SenML"#)
    }

    @Test(
        "Another unit, or a record of something else, is refused",
        arguments: [
            (ContentFormat.text, "42 °C"), (.text, "42 lx"), (.json, #"{"value":42,"unit":"Cel"}"#),
            (.senMLJSON, #"[{"n":"valve","u":"Cel","v":42}]"#), (.senMLJSON, #"[{"n":"lamp","u":"%","v":42}]"#),
        ])
    func wrongUnit(format: ContentFormat, body: String) throws {
        let error = #expect(throws: ResponseError.self) {
            _ = try ActuatorCommand(decoding: Array(body.utf8), as: format).value(for: Self.valve)
        }
        #expect(error?.code == .badRequest)
        #expect(error?.diagnostic?.contains("wrong unit") == true || error?.diagnostic?.contains("not about") == true)
    }

    @Test("A set-point takes its unit as SenML and as people write it, and no other")
    func setpointUnit() throws {
        let setpoint = Actuator(.setpoint, quantity: "setpoint", unit: "Cel")
        for text in ["25 °C", "25 Cel", "25"] {
            #expect(try ActuatorCommand(decoding: Array(text.utf8), as: .text).value(for: setpoint) == 25)
        }
        #expect(throws: ResponseError.self) {
            try ActuatorCommand(decoding: Array("25 °F".utf8), as: .text).value(for: setpoint)
        }
    }

    @Test("A position says the same in JSON, CBOR and SenML", arguments: [0.0, 42, 63.212_055_8, 100])
    func formats(value: Double) throws {
        let position = ActuatorPosition(Self.valve, value: value, device: "urn:dev:ops:32473-unit-1")
        let json = try JSONParser.parse(try position.encoded(as: .json))
        let cbor = try #require(JSONValue(try CBORReader.parse(try position.encoded(as: .cbor))))
        #expect(CBORWriter.encode(json.cbor) == CBORWriter.encode(cbor.cbor))
        let one = try SenMLPack(decoding: try position.encoded(as: .senMLJSON), as: .senMLJSON)
        let two = try SenMLPack(decoding: try position.encoded(as: .senMLCBOR), as: .senMLCBOR)
        #expect(one == two)
        let record = try #require(one.records.first)
        #expect(record.value == json["value"]?.double.map { .number($0) } && record.unit?.rawValue == "%")
        let text = String(decoding: try position.encoded(as: .text), as: UTF8.self)
        #expect(text == "\(Digits.text(value)) %")
        #expect(abs((json["value"]?.double ?? -1) - value) <= 0.000_5)
    }

    @Test("A position of no device has a name that SenML allows")
    func withoutDevice() throws {
        let bytes = try ActuatorPosition(Actuator(.switch, quantity: "led"), value: 1).encoded(as: .senMLJSON)
        #expect(String(decoding: bytes, as: UTF8.self) == #"[{"n":"led","vb":true}]"#)
    }
}
