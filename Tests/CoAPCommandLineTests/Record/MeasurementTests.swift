// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import SenML
import Testing

@testable import CoAPCommandLine

@Suite("Measurements in bodies")
struct MeasurementTests {
    private func measurement(_ text: String, _ format: ContentFormat?) -> Measurement? {
        Measurement(Array(text.utf8), format)
    }

    @Test(
        "Text with its unit",
        arguments: [
            ("21.4 °C", 21.4, "Cel" as String?), ("45.1 %RH", 45.1, "%RH"), ("-3", -3, nil), ("on", 1, nil),
            (" OFF\n", 0, nil),
            ("12 V", 12, "V"), ("7 bananas", 7, nil), ("1013 hPa", 101_300, "Pa"), ("true", 1, nil),
            ("3.5e2 lx", 350, "lx"),
        ])
    func text(text: String, value: Double, unit: String?) {
        let found = measurement(text, .text)
        #expect(found?.value == value && found?.unit == unit, "\(found as Any)")
        #expect(measurement(text, nil) == found)
    }

    @Test("What has no number", arguments: ["", "open", "Nov 28 01:57:44", "manufacturer: swift-coap", "\u{FF}"])
    func none(text: String) { #expect(measurement(text, .text) == nil) }

    @Test("SenML with unit and name")
    func senML() throws {
        let json = #"[{"bn":"urn:dev:ops:32473-room-1:","n":"temperature","u":"Cel","v":21.4}]"#
        let found = try #require(measurement(json, .senMLJSON))
        #expect(found.value == 21.4 && found.unit == "Cel" && found.quantity == "temperature")
        let pack = try SenMLPack(decoding: Array(json.utf8), as: .senMLJSON)
        let cbor = try pack.encoded(as: .senMLCBOR)
        #expect(Measurement(cbor, .senMLCBOR) == found)
        let flag = measurement(#"[{"n":"led","vb":true}]"#, .senMLJSON)
        #expect(flag?.value == 1 && flag?.unit == nil && flag?.quantity == "led")
        #expect(measurement(#"[{"n":"name","vs":"x"}]"#, .senMLJSON) == nil)
    }

    @Test("Objects with one number")
    func objects() throws {
        let found = try #require(measurement(#"{"temperature":21.4,"unit":"Cel"}"#, .json))
        #expect(found.value == 21.4 && found.unit == "Cel" && found.quantity == "temperature")
        let cbor = CBORWriter.encode(
            .map([.init(.text("temperature"), .double(21.4)), .init(.text("unit"), .text("Cel"))]))
        #expect(Measurement(cbor, .cbor) == found)
        #expect(measurement(#"{"value":3,"other":4}"#, .json)?.value == 3)
        #expect(measurement(#"{"on":true}"#, .json)?.value == 1)
        #expect(measurement(#"{"a":1,"b":2}"#, .json) == nil)
        #expect(measurement("17", .json)?.value == 17)
    }
}
