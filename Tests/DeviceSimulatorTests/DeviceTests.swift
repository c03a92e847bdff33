// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import CoAPTesting
import DeviceSimulator
import SenML
import Testing

@Suite("The simulated device")
struct DeviceTests {
    /// The third of its kind.
    private static func bench() -> HostBench {
        var scenario = Scenario.thermostat
        scenario.groups[0].first = 3
        return HostBench(scenario)
    }

    /// What the sensor shows.
    private static func temperature(_ bench: HostBench) throws -> Double {
        try #require(bench.host.devices.first?.value(of: 0))
    }

    @Test("Readings in text, JSON and SenML")
    func readings() async throws {
        let bench = Self.bench()
        let value = try Self.temperature(bench)
        let text = try await bench.tester.response(.get, "sensors/temperature")
        #expect(text.contentFormat == .text)
        #expect(text.text == "\(value) °C")
        let json = try await bench.tester.response(.get, "sensors/temperature", accept: .json)
        #expect(json.text == #"{"temperature":\#(value),"unit":"Cel"}"#)
        let senML = try await bench.tester.response(.get, "sensors/humidity", accept: .senMLJSON)
        #expect(senML.contentFormat == .senMLJSON)
        #expect(senML.text.hasPrefix(#"[{"bn":"urn:dev:ops:32473-room-3:","n":"humidity","u":"%RH","v":"#))
        #expect(senML.text.hasSuffix(#","t":1800000000}]"#))
        let refused = try await bench.tester.response(.get, "sensors/temperature", accept: .octetStream)
        #expect(refused.code == .notAcceptable)
        let device1 = try await bench.tester.response(.get, "device")
        #expect(device1.text.contains("serial: 3\n"))
    }

    @Test(
        "Every resource is shown in every format, and CBOR says what JSON says",
        arguments: [
            "sensors/temperature", "sensors/humidity", "actuators/led", "actuators/setpoint", "actuators/heater",
            "device", "firmware/state", "sensors/temperature/min", "sensors/humidity/max",
        ])
    func formats(path: String) async throws {
        let bench = Self.bench()
        let json = try await bench.tester.response(.get, path, accept: .json)
        let cbor = try await bench.tester.response(.get, path, accept: .cbor)
        #expect(cbor.contentFormat == .cbor)
        // Objects are sorted in CBOR.
        let members = try #require(JSONValue(try CBORReader.parse(cbor.payload)))
        let expected = try JSONParser.parse(json.payload)
        #expect(CBORWriter.encode(members.cbor) == CBORWriter.encode(expected.cbor))
        let senML = try await bench.tester.response(.get, path, accept: .senMLJSON)
        let compact = try await bench.tester.response(.get, path, accept: .senMLCBOR)
        #expect(compact.contentFormat == .senMLCBOR && compact.payload.count < senML.payload.count)
        #expect(
            try SenMLPack(decoding: compact.payload, as: .senMLCBOR)
                == SenMLPack(decoding: senML.payload, as: .senMLJSON))
    }

    @Test("The LED is switched by CBOR and SenML in CBOR")
    func ledCBOR() async throws {
        let bench = Self.bench()
        // {"on": true}, true and [{4: false, 0: "led"}].
        for (format, body, isOn) in [
            (ContentFormat.cbor, [0xA1, 0x62, 0x6F, 0x6E, 0xF5], true), (.cbor, [0xF4], false), (.cbor, [0xF5], true),
            (.senMLCBOR, [0x81, 0xA2, 0x04, 0xF4, 0x00, 0x63, 0x6C, 0x65, 0x64], false),
        ] as [(ContentFormat, [UInt8], Bool)] {
            let put = try await bench.tester.response(.put, "actuators/led", contentFormat: format, payload: body)
            #expect(put.code == .changed)
            #expect(bench.host.devices.first?.value(of: 2) == (isOn ? 1 : 0))
        }
        let refused = try await bench.tester.response(.put, "actuators/led", contentFormat: .cbor, payload: [0x01])
        #expect(refused.code == .badRequest)
    }

    @Test(
        "The LED is switched by text, JSON and SenML",
        arguments: [
            (ContentFormat?.none, "on", true), (.text, " OFF\n", false), (.text, "1", true), (.text, "false", false),
            (.json, "true", true), (.json, #"{"on": false}"#, false), (.senMLJSON, #"[{"n":"led","vb":true}]"#, true),
            (.senMLJSON, #"[{"n":"led","v":0}]"#, false), (.senMLJSON, #"[{"n":"led","bv":1,"v":0}]"#, true),
            (.senMLJSON, #"[{"n":"led","vb":false},{"n":"led","t":-60,"vb":true}]"#, false),
            (.senMLJSON, #"[{"n":"led","vb":true},{"n":"x","vs":"y"}]"#, true),
        ])
    func led(format: ContentFormat?, body: String, isOn: Bool) async throws {
        let bench = Self.bench()
        _ = try await bench.put("actuators/led", isOn ? "off" : "on")
        let put = try await bench.tester.response(
            .put, "actuators/led", contentFormat: format, payload: Array(body.utf8))
        #expect(put.code == .changed)
        let get = try await bench.tester.response(.get, "actuators/led")
        #expect(get.text == (isOn ? "on" : "off"))
        let json = try await bench.tester.response(.get, "actuators/led", accept: .json)
        #expect(json.text == #"{"on":\#(isOn)}"#)
    }

    @Test(
        "What the LED does not understand leaves it as it was",
        arguments: [
            (ContentFormat.text, "maybe", Code.badRequest), (.text, "", .badRequest), (.json, "{", .badRequest),
            (.json, "1", .badRequest), (.senMLJSON, "[]", .badRequest),
            (.senMLJSON, #"[{"n":"a b","vb":false}]"#, .badRequest), (.senMLJSON, #"[{"vb":false}]"#, .badRequest),
            (.cbor, "on", .badRequest), (.octetStream, "on", .unsupportedContentFormat),
        ])
    func ledErrors(format: ContentFormat, body: String, code: Code) async throws {
        let bench = Self.bench()
        _ = try await bench.put("actuators/led", "on")
        let put = try await bench.tester.response(
            .put, "actuators/led", contentFormat: format, payload: Array(body.utf8))
        #expect(put.code == code)
        #expect(!put.payload.isEmpty)
        #expect(bench.host.devices.first?.value(of: 2) == 1)
    }

    @Test("All resources are discovered, in one message")
    func discovery() async throws {
        let bench = Self.bench()
        let answer = try await bench.tester.response(.get, ".well-known/core")
        #expect(answer.payload.count < 900)
        let links = try LinkFormat(parsing: answer.payload).links
        #expect(
            links.map(\.target) == [
                "/sensors/temperature", "/sensors/humidity", "/actuators/led", "/actuators/setpoint",
                "/actuators/heater", "/device", "/firmware", "/firmware/state", "/audit",
            ])
        #expect(links[0]["rt"] == "temperature")
        #expect(links[0]["ct"] == "0 110 112 50 60")
        #expect(links[2]["if"] == "core.a")
    }
}
