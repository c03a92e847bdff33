// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML
import Testing

@testable import CoAPCommandLine

@Suite("What coap observe writes of a value")
struct ObservationTextTests {
    private func line(_ payload: [UInt8], _ format: ContentFormat) -> String {
        ObservationText.line(Response(payload: payload, contentFormat: format))
    }

    @Test("CBOR in diagnostic notation, though its bytes may be text as well")
    func cbor() {
        #expect(line([0x35], .cbor) == "-22")
        #expect(line([0xA1, 0x61, 0x74, 0x18, 0x2A], .cbor) == #"{"t": 42}"#)
        #expect(line([0x81, 0xA2, 0x00, 0x61, 0x74, 0x02, 0x01], .senMLCBOR) == #"[{0: "t", 2: 1}]"#)
        // What is none is shown byte by byte.
        #expect(line([0x61], .cbor) == "0x61")
    }

    @Test("Other formats as before")
    func others() {
        #expect(line(Array("21.5 °C\n".utf8), .text) == "21.5 °C")
        #expect(line(Array("{ \"a\": 1 }".utf8), .json) == #"{"a":1}"#)
        #expect(line([0x35], .octetStream) == "5")
        #expect(line([0xFF], .octetStream) == "0xff")
    }

    @Test("The number of CBOR is in the JSON")
    func json() {
        let response = Response(payload: [0x35], contentFormat: .cbor)
        let object = ObservationText.json(.value(.init(response, sequence: 1)))
        #expect(object["value"]?.double == -22)
    }
}
