// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("Bodies as a person likes to read them")
struct BodyRendererTests {
    private static let terminal = Terminal(isInteractive: true, hasColour: false, width: 200)
    private static let pipe = Terminal(isInteractive: false, hasColour: false, width: 200)

    private func render(_ body: [UInt8], _ format: ContentFormat?, to terminal: Terminal) -> [UInt8] {
        BodyRenderer(terminal: terminal).render(body, format)
    }

    private func text(_ body: String, _ format: ContentFormat?, to terminal: Terminal) -> String {
        String(decoding: render(Array(body.utf8), format, to: terminal), as: UTF8.self)
    }

    @Test("Text ends with one line feed", arguments: [terminal, pipe])
    func plainText(to terminal: Terminal) {
        #expect(text("21.5 °C", .text, to: terminal) == "21.5 °C\n")
        #expect(text("one\n\ttwo\n", .text, to: terminal) == "one\n\ttwo\n")
        #expect(text("no format", nil, to: terminal) == "no format\n")
        #expect(text("<a/>", .xml, to: terminal) == "<a/>\n")
        #expect(text("", .text, to: terminal) == "")
    }

    @Test("JSON on several lines with its numbers as they were", arguments: [terminal, pipe])
    func json(to terminal: Terminal) {
        let expected = "{\n  \"a\": [\n    1.0,\n    1e400\n  ],\n  \"b\": {},\n  \"c\": null\n}\n"
        #expect(text(#"{"a":[1.0,1e400],"b":{},"c":null}"#, .json, to: terminal) == expected)
        #expect(text("{broken", .json, to: terminal) == "{broken\n")
        #expect(text("[1]", .mergePatch, to: terminal) == "[\n  1\n]\n")
    }

    @Test("SenML as a table, the oldest reading first; a pipe gets it as it came")
    func senML() {
        let pack = """
            [{"bn":"urn:dev:a:","bt":1600000000,"n":"temperature","u":"Cel","v":21.5},
             {"n":"humidity","u":"%RH","v":40,"t":1},{"n":"door","vb":true},{"n":"note","vs":"hi"},{"n":"raw","vd":"AQ"}]
            """
        #expect(
            text(pack, .senMLJSON, to: Self.terminal) == """
                NAME                   VALUE  UNIT  TIME
                urn:dev:a:temperature   21.5  °C    2020-09-13T12:26:40Z
                urn:dev:a:door          true        2020-09-13T12:26:40Z
                urn:dev:a:note            hi        2020-09-13T12:26:40Z
                urn:dev:a:raw           0x01        2020-09-13T12:26:40Z
                urn:dev:a:humidity        40  %RH   2020-09-13T12:26:41Z

                """)
        #expect(text(pack, .senMLJSON, to: Self.pipe) == pack + "\n")
        // What is JSON and no SenML is shown as JSON.
        #expect(text(#"{"v":1}"#, .senMLJSON, to: Self.terminal) == "{\n  \"v\": 1\n}\n")
    }

    @Test("Link-format as a table", arguments: [terminal, pipe])
    func links(to terminal: Terminal) {
        let document = #"</t>;rt="temperature";if="core.s";ct="0 50 9999";obs;title="Air",</led>;rt=light;sz=3;x"#
        #expect(
            text(document, .linkFormat, to: terminal) == """
                RESOURCE  TYPE         INTERFACE  FORMATS           OBSERVABLE  TITLE  MORE
                /t        temperature  core.s     text, json, 9999  yes         Air
                /led      light                                                        sz=3 x

                """)
        #expect(text("no links", .linkFormat, to: terminal) == "no links\n")
    }

    @Test("Bytes: as they are in a pipe, as digits at a terminal")
    func bytes() {
        let body = [0, 1, 0xFF] + Array("0123456789abcdefg".utf8)
        for format in [ContentFormat.octetStream, .cbor, nil] {
            #expect(render(body, format, to: Self.pipe) == body)
            #expect(
                String(decoding: render(body, format, to: Self.terminal), as: UTF8.self) == """
                    000000  00 01 ff 30 31 32 33 34 35 36 37 38 39 61 62 63  ...0123456789abc
                    000010  64 65 66 67                                      defg
                    (20 bytes; -o FILE writes them to a file)

                    """)
        }
    }

    @Test("CBOR in diagnostic notation and SenML in CBOR as a table, at a terminal only")
    func cbor() {
        // {"on": true, "x": [1, h'ff', "\u{1B}"]}
        let body: [UInt8] = [
            0xA2, 0x62, 0x6F, 0x6E, 0xF5, 0x61, 0x78, 0x83, 0x01, 0x41, 0xFF, 0x61, 0x1B,
        ]
        #expect(
            String(decoding: render(body, .cbor, to: Self.terminal), as: UTF8.self)
                == "{\n  \"on\": true,\n  \"x\": [\n    1,\n    h'ff',\n    \"\\u001b\"\n  ]\n}\n")
        // [{-3: 1600000000, 0: "t", 1: "Cel", 2: 21.5}]
        let pack: [UInt8] = [
            0x81, 0xA4, 0x22, 0x1A, 0x5F, 0x5E, 0x10, 0x00, 0x00, 0x61, 0x74, 0x01, 0x63, 0x43, 0x65, 0x6C, 0x02, 0xF9,
            0x4D, 0x60,
        ]
        #expect(
            String(decoding: render(pack, .senMLCBOR, to: Self.terminal), as: UTF8.self)
                == "NAME  VALUE  UNIT  TIME\nt      21.5  °C    2020-09-13T12:26:40Z\n")
        // What is CBOR and no SenML is shown as CBOR.
        #expect(render([0xF5], .senMLCBOR, to: Self.terminal) == Array("true\n".utf8))
        for format in [ContentFormat.cbor, .senMLCBOR] { #expect(render(pack, format, to: Self.pipe) == pack) }
    }

    /// Escape sequences in every place a peer can put them.
    private static let attacks: [(String, ContentFormat?)] = [
        ("\u{1B}[2Jred\u{7}", .text), ("\u{9B}31m", .text), ("a\rb", nil), ("\u{1B}]0;mine\u{7}", .octetStream),
        ("{\u{1B}[2J", .json), ("[\"\u{7F}\u{9B}31m\"]", .json), ("[\"\\u001b[2J\"]", .json),
        (#"[{"n":"a","vs":"\u001b[2J"}]"#, .senMLJSON), (#"[{"n":"a","u":"\u001b[2J","v":1}]"#, .senMLJSON),
        ("</a>;title=\"\u{1B}[2J\u{9B}\"", .linkFormat), ("</a\u{1B}[2J>;rt=b", .linkFormat),
        ("<\u{1B}[2J", .linkFormat), ("\u{1B}[2J", ContentFormat(rawValue: 65000)),
    ]

    @Test("Nothing of a peer drives a terminal", arguments: attacks)
    func attack(body: String, format: ContentFormat?) {
        let shown = text(body, format, to: Self.terminal)
        #expect(shown.count > 1)
        #expect(
            shown.unicodeScalars.allSatisfy {
                $0 == "\n" || $0.properties.generalCategory != .control
            }, "\(shown.debugDescription)")
    }

    @Test("Text that is not UTF-8 is bytes in a pipe and harmless at a terminal")
    func notText() {
        let body: [UInt8] = [0x61, 0x9B, 0x32, 0x4A, 0xC3]
        #expect(render(body, .text, to: Self.pipe) == body + [0x0A])
        #expect(render(body, .text, to: Self.terminal) == Array("a\\x9b2J\\xc3\n".utf8))
    }
}
