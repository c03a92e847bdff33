// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import CoAPTesting
import DeviceSimulator
import SenML
import Testing

@Suite("The simulated device")
struct DeviceTests {
    @Test("A room is believable over two weeks, minute by minute", arguments: [UInt64(1), 2, 77])
    func room(seed: UInt64) {
        let room = Room(seed: seed)
        let start = 1_800_000_000.0
        var day: [Double] = []
        var night: [Double] = []
        var last = (room.temperature(at: start), room.humidity(at: start))
        for minute in 1...(14 * 24 * 60) {
            let time = start + Double(minute) * 60
            let now = (room.temperature(at: time), room.humidity(at: time))
            #expect(15...27 ~= now.0 && 25...75 ~= now.1)
            #expect(abs(now.0 - last.0) < 0.4 && abs(now.1 - last.1) < 2, "minute \(minute)")
            last = now
            let hour = time.truncatingRemainder(dividingBy: 86_400) / 3600
            if 10...20 ~= hour { day.append(now.0) }
            if 1...5 ~= hour { night.append(now.0) }
        }
        let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
        #expect(mean(day) - mean(night) > 1.5)
        #expect(Set(day.map { ($0 * 10).rounded() }).count > 10)
        #expect(room.temperature(at: start) == Room(seed: seed).temperature(at: start))
        #expect(room.temperature(at: start) != Room(seed: seed + 1).temperature(at: start))
    }

    private static func tester(at time: Double = 1_800_000_000) -> (RouterTester, SimulatedDevice) {
        let device = SimulatedDevice(number: 3, clock: { time })
        let router = Router()
        device.register(on: router)
        return (RouterTester(router), device)
    }

    @Test("Readings in text, JSON and SenML")
    func readings() async throws {
        let (tester, device) = Self.tester()
        let value = (device.temperature.value * 10).rounded() / 10
        let text = try await tester.response(.get, "sensors/temperature")
        #expect(text.contentFormat == .text)
        #expect(text.text == "\(value) °C")
        let json = try await tester.response(.get, "sensors/temperature", accept: .json)
        #expect(json.text == #"{"temperature":\#(value),"unit":"Cel"}"#)
        let senML = try await tester.response(.get, "sensors/humidity", accept: .senMLJSON)
        #expect(senML.contentFormat == .senMLJSON)
        #expect(senML.text.hasPrefix(#"[{"bn":"urn:dev:ops:32473-room-3:","n":"humidity","u":"%RH","v":"#))
        #expect(senML.text.hasSuffix(#","t":1800000000}]"#))
        let refused = try await tester.response(.get, "sensors/temperature", accept: .octetStream)
        #expect(refused.code == .notAcceptable)
        let device1 = try await tester.response(.get, "device")
        #expect(device1.text.contains("serial: 3\n"))
    }

    @Test(
        "Every resource is shown in every format, and CBOR says what JSON says",
        arguments: ["sensors/temperature", "sensors/humidity", "actuators/led", "device"])
    func formats(path: String) async throws {
        let (tester, _) = Self.tester()
        let json = try await tester.response(.get, path, accept: .json)
        let cbor = try await tester.response(.get, path, accept: .cbor)
        #expect(cbor.contentFormat == .cbor)
        // Objects are sorted in CBOR.
        let members = try #require(JSONValue(try CBORReader.parse(cbor.payload)))
        let expected = try JSONParser.parse(json.payload)
        #expect(CBORWriter.encode(members.cbor) == CBORWriter.encode(expected.cbor))
        let senML = try await tester.response(.get, path, accept: .senMLJSON)
        let compact = try await tester.response(.get, path, accept: .senMLCBOR)
        #expect(compact.contentFormat == .senMLCBOR && compact.payload.count < senML.payload.count)
        #expect(
            try SenMLPack(decoding: compact.payload, as: .senMLCBOR)
                == SenMLPack(decoding: senML.payload, as: .senMLJSON))
    }

    @Test("The LED is switched by CBOR and SenML in CBOR")
    func ledCBOR() async throws {
        let (tester, device) = Self.tester()
        // {"on": true}, true and [{4: false, 0: "led"}].
        for (format, body, isOn) in [
            (ContentFormat.cbor, [0xA1, 0x62, 0x6F, 0x6E, 0xF5], true), (.cbor, [0xF4], false), (.cbor, [0xF5], true),
            (.senMLCBOR, [0x81, 0xA2, 0x04, 0xF4, 0x00, 0x63, 0x6C, 0x65, 0x64], false),
        ] as [(ContentFormat, [UInt8], Bool)] {
            let put = try await tester.response(.put, "actuators/led", contentFormat: format, payload: body)
            #expect(put.code == .changed)
            #expect(device.ledState.isOn == isOn)
        }
        let refused = try await tester.response(.put, "actuators/led", contentFormat: .cbor, payload: [0x01])
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
        let (tester, device) = Self.tester()
        device.setLED(LEDState(isOn: !isOn))
        let put = try await tester.response(.put, "actuators/led", contentFormat: format, payload: Array(body.utf8))
        #expect(put.code == .changed)
        let get = try await tester.response(.get, "actuators/led")
        #expect(get.text == (isOn ? "on" : "off"))
        let json = try await tester.response(.get, "actuators/led", accept: .json)
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
        let (tester, device) = Self.tester()
        device.setLED(LEDState(isOn: true))
        let put = try await tester.response(.put, "actuators/led", contentFormat: format, payload: Array(body.utf8))
        #expect(put.code == code)
        #expect(!put.payload.isEmpty)
        #expect(device.ledState.isOn)
    }

    @Test("A state of no device has a name that SenML allows")
    func ledWithoutDevice() throws {
        let bytes = try LEDState(isOn: true).encoded(as: .senMLJSON)
        #expect(String(decoding: bytes, as: UTF8.self) == #"[{"n":"led","vb":true}]"#)
        #expect(try LEDState(decoding: bytes, as: .senMLJSON).isOn)
    }

    @Test("All resources are discovered, in one message")
    func discovery() async throws {
        let (tester, _) = Self.tester()
        let answer = try await tester.response(.get, ".well-known/core")
        #expect(answer.payload.count < 900)
        let links = try LinkFormat(parsing: answer.payload).links
        #expect(
            links.map(\.target) == [
                "/sensors/temperature", "/sensors/humidity", "/actuators/led", "/device", "/firmware",
            ])
        #expect(links[0]["rt"] == "temperature")
        #expect(links[0]["ct"] == "0 110 112 50 60")
        #expect(links[2]["if"] == "core.a")
    }
}
