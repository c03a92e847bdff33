// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import SenML
import Testing

/// `coap observe --json` against `coap-server`, each in a process of its own.
@Suite("coap observe --json", .timeLimit(.minutes(10)))
struct ObserveJSONTests {
    @Test("Each value is one valid JSON object on a line of its own, and --count ends it behind so many")
    func values() async throws {
        try await RunningServer.with { server in
            let led = server.coaps("/actuators/led")
            let tool = try ToolProcess(.coap, ["observe", "--json", "--count", "4"] + server.identity + [led])
            var states = ["off"]
            for number in 1...3 {
                // The next change when the last one has been told, so that none is passed over.
                let seen = await tool.output { $0.filter { $0 == "\n" }.count >= number }
                try #require(seen.status == .min, "\(seen.transcript)")
                states.append(number.isMultiple(of: 2) ? "off" : "on")
                let put = try await ToolProcess.run(.put, server.identity + ["-e", states[number], led])
                put.expectSuccess()
            }
            let result = await tool.end()
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.transcript)")
            #expect(result.output.hasSuffix("\n"))
            let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            let objects = try lines.map { try JSONParser.parse(Array($0.utf8)) }
            #expect(objects.map { $0["text"] } == states.map { .string($0) }, "\(result.transcript)")
            let sequences = objects.compactMap { $0["sequence"]?.double }
            #expect(sequences.count == 4 && zip(sequences, sequences.dropFirst()).allSatisfy(<), "\(sequences)")
            for object in objects {
                guard case .string(let time)? = object["time"], case .string(let payload)? = object["payload"],
                    case .string(let text)? = object["text"]
                else {
                    Issue.record("a member is missing: \(object.compact)")
                    return
                }
                #expect(time.hasSuffix("Z") && Self.date(time) != nil, "\(time)")
                #expect(Hexadecimal.encode(text.utf8) == payload)
                #expect(object["state"] == .string("value") && object["code"] == .string("2.05"))
                #expect(object["contentFormat"] == .string("text/plain; charset=utf-8"))
            }
        }
    }

    private static func date(_ text: String) -> Date? {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        return formatter.date(from: text)
    }

    @Test("JSON within JSON is handed on as such, and --accept asks for it")
    func accept() async throws {
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"]) { server in
            let result = try await ToolProcess.run(
                .coap, ["observe", "--json", "-n", "1", "-A", "senml+json", server.coap("/sensors/temperature")])
            result.expectSuccess()
            let object = try JSONParser.parse(result.outputBytes)
            #expect(result.output.filter { $0 == "\n" }.count == 1)
            guard case .array(let records)? = object["json"] else {
                Issue.record("\(result.transcript)")
                return
            }
            #expect(records.count == 1)
            #expect(object["value"]?.double != nil && object["value"]?.double == records[0]["v"]?.double)
        }
    }

    @Test("How it ends is an object, too")
    func ended() async throws {
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"]) { server in
            let still = try await ToolProcess.run(.coap, ["observe", "--json", server.coap("/device")])
            #expect(still.status == 69, "\(still.transcript)")
            let objects = try still.output.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
            #expect(objects.map { $0["state"] } == [.string("value"), .string("ended")])
            #expect(objects.first?["sequence"] == .null && objects.last?["reason"] == .string("notObserved"))
            let missing = try await ToolProcess.run(.coap, ["observe", "--json", server.coap("/missing")])
            #expect(missing.status == 4, "\(missing.transcript)")
            let last = try JSONParser.parse(missing.outputBytes)
            #expect(last["state"] == .string("ended") && last["code"] == .string("4.04"))
        }
    }

    @Test("A server that is started anew goes on being observed")
    func serverRestarts() async throws {
        let server = try await RunningServer(listen: ["coap://127.0.0.1:0"])
        let tool = try ToolProcess(.coap, ["observe", "--json", server.coap("/actuators/led")])
        _ = await tool.output { $0.contains("\n") }
        try await server.stop()
        let other = try await RunningServer(listen: [server.coap()])
        let seen = await tool.output { $0.split(separator: "\n").count { $0.contains(#""value""#) } >= 2 }
        tool.interrupt()
        let result = await tool.end()
        try await other.stop()
        let objects = try seen.output.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
        #expect(objects.allSatisfy { $0["state"] != .string("ended") }, "\(result.transcript)")
    }
}
