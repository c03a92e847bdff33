// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import SenML
import Testing

@testable import DeviceSimulator

@Suite("Faults by hand, in words")
struct FaultCommandTests {
    @Test(
        "Sentences",
        arguments: [
            (
                "stuck room-00*/sensors/temperature for 30 s", Fault.Kind.stuck, "room-00*",
                "sensors/temperature" as String?,
                30.0
            ),
            ("reboot room-007 for 5 s", .reboot(farewell: true), "room-007", nil, 5),
            ("reboot room-007 without farewell for 500ms", .reboot(farewell: false), "room-007", nil, 0.5),
            ("offset 3 room-*/sensors/temperature for 1 min", .offset(3), "room-*", "sensors/temperature", 60),
            ("offset -3.5 room-1 for 2h", .offset(-3.5), "room-1", nil, 7_200),
            ("  spike 10   room-1/sensors/level ", .spike(10), "room-1", "sensors/level", 0),
            ("dropout *", .dropout, "*", nil, 60),
            ("NaN /sensors/temperature for 1 d", .notANumber, "*", "sensors/temperature", 86_400),
            ("drift 2 room-1/*", .biasDrift(2), "room-1", nil, 60),
            ("clock-skew 30 room-1", .clockSkew(30), "room-1", nil, 60),
            ("reboot room-1", .reboot(farewell: true), "room-1", nil, 5),
        ])
    func sentences(
        text: String, kind: Fault.Kind, devices: String, resource: String?, duration: Double
    ) throws {
        let command = try FaultCommand(decoding: Array(text.utf8), as: .text)
        #expect(command.kind == kind && command.target == FaultTarget(devices: devices, resource: resource))
        #expect(command.duration == duration)
        // What it says of itself is the same command.
        #expect(try FaultCommand(command.description) == command)
    }

    @Test(
        "Objects in JSON and CBOR",
        arguments: [
            (
                #"{"fault":"stuck","devices":"room-00*","resource":"sensors/temperature","for":30}"#,
                "stuck room-00*/sensors/temperature for 30 s"
            ),
            (
                #"{"fault":"offset","size":3,"resource":"/sensors/level","for":"2 min"}"#,
                "offset 3 */sensors/level for 2 min"
            ),
            (#"{"fault":"reboot","devices":"room-1","farewell":false}"#, "reboot room-1 without farewell for 5 s"),
        ])
    func objects(json: String, sentence: String) throws {
        let expected = try FaultCommand(sentence)
        #expect(try FaultCommand(decoding: Array(json.utf8), as: .json) == expected)
        let cbor = CBORWriter.encode(try JSONParser.parse(Array(json.utf8)).cbor)
        #expect(try FaultCommand(decoding: cbor, as: .cbor) == expected)
    }

    @Test(
        "What makes no sense is refused with what can be written",
        arguments: [
            ("", "it says nothing"), ("melt room-1", "'melt' is no fault"), ("stuck", "names no device"),
            ("spike room-1", "takes a number"), ("offset nan room-1", "takes a number"),
            ("offset inf room-1", "takes a number"), ("offset 1e300 room-1", "from -1e12 to 1e12"),
            ("stuck room-1 for ever", "is no time"), ("stuck room-1 for", "is no time"),
            ("stuck room-1 for 31 d", "up to 30 days"), ("stuck room-1 for -1 s", "is no time"),
            ("stuck room-1 room-2", "'room-2' is too much"), ("stuck room-1 without farewell", "only a reboot"),
            ("\u{1B}[2J room-1", "is no fault"),
        ])
    func refusals(text: String, reason: String) {
        let error = #expect(throws: ResponseError.self) { try FaultCommand(decoding: Array(text.utf8), as: .text) }
        #expect(error?.code == .badRequest)
        let diagnostic = error?.diagnostic ?? ""
        #expect(
            diagnostic.contains(reason) && diagnostic.contains("GET this resource") && !diagnostic.contains("\n"),
            "\(diagnostic)")
        #expect(!diagnostic.contains("\u{1B}"))
    }

    @Test(
        "Objects that make no sense",
        arguments: [
            ("[]", "no object"), ("{", "no object"), (#"{"fault":3}"#, "fault takes"),
            (#"{"fault":"melt"}"#, "'melt' is no fault"),
            (#"{"fault":"stuck","for":-1}"#, "is no time"), (#"{"fault":"stuck","for":true}"#, "is no time"),
            (#"{"fault":"stuck","device":"x"}"#, "'device' is none of"),
            (#"{"fault":"spike","size":"3"}"#, "size takes"),
            (#"{"fault":"stuck","devices":3}"#, "devices takes"),
        ])
    func badObjects(json: String, reason: String) {
        let error = #expect(throws: ResponseError.self) { try FaultCommand(decoding: Array(json.utf8), as: .json) }
        #expect(error?.code == .badRequest && error?.diagnostic?.contains(reason) == true, "\(error?.diagnostic ?? "")")
    }

    @Test("No bytes bring the parser down, and long ones are not read")
    func anyBytes() {
        var state: UInt64 = 7
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        let words = [
            "stuck", "offset", "3", "for", "30", "s", "without", "farewell", "/", "*", "room-1", "\u{0}", "ü", "1e9 d",
        ]
        for _ in 0..<2_000 {
            let text = (0..<Int(next() % 8)).map { _ in words[Int(next() % UInt64(words.count))] }.joined(
                separator: " ")
            for format in FaultCommand.acceptedFormats { _ = try? FaultCommand(decoding: Array(text.utf8), as: format) }
            let bytes = (0..<Int(next() % 40)).map { _ in UInt8(truncatingIfNeeded: next()) }
            for format in FaultCommand.acceptedFormats { _ = try? FaultCommand(decoding: bytes, as: format) }
        }
        let long = Array("stuck \(String(repeating: "x", count: 2_000))".utf8)
        #expect(throws: ResponseError.self) { try FaultCommand(decoding: long, as: .text) }
    }
}
