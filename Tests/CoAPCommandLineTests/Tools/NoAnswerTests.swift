// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Foundation
import Testing

@Suite("Servers that do not answer")
struct NoAnswerTests {
    /// A tool that is waited for must not end by itself while the machine is busy.
    private let patience = ["-B", "300"]
    private let key = ["-u", "device-1", "-k", "some-key"]

    @Test("Nobody listening", arguments: ["coap", "coaps"])
    func nobody(scheme: String) async throws {
        let port = try SilentSocket.abandonedPort()
        let result = try await ToolProcess.run(
            .get, ["-v", "-B", "5"] + (scheme == "coaps" ? key : []) + ["\(scheme)://127.0.0.1:\(port)/x"])
        #expect(result.status == 69, "\(result.transcript)")
        #expect(result.errors.contains("* trying 127.0.0.1:\(port)\n"))
        let complaint = result.errors.split(separator: "\n").last
        #expect(complaint?.hasPrefix("coap-get: ") == true && complaint?.contains("127.0.0.1:\(port)") == true)
    }

    @Test("A silent server, until the deadline", arguments: ["coap", "coaps"])
    func silent(scheme: String) async throws {
        let socket = try SilentSocket()
        let uri = "\(scheme)://127.0.0.1:\(socket.port)/x"
        let result = try await ToolProcess.run(.get, ["-B", "0.5"] + (scheme == "coaps" ? key : []) + [uri])
        #expect(result.status == 69 && result.complainsOnce, "\(result.transcript)")
        #expect(
            result.errors.contains("check host and port") && result.errors.contains("within 0.5 s"),
            "\(result.transcript)")
        #expect(await socket.receive())
        let ping = try await ToolProcess.run(.coap, ["ping", "-B", "0.5"] + (scheme == "coaps" ? key : []) + [uri])
        #expect(ping.status == 69 && ping.complainsOnce, "\(ping.transcript)")
    }

    @Test("A host without an address")
    func unknownHost() async throws {
        let result = try await ToolProcess.run(.get, ["coap://nowhere.invalid/x"])
        #expect(result.status == 68 && result.complainsOnce, "\(result.transcript)")
        #expect(result.errors.contains("nowhere.invalid"))
    }

    @Test("SIGINT ends a request", arguments: ["coap", "coaps"])
    func interrupt(scheme: String) async throws {
        let socket = try SilentSocket()
        let tool = try ToolProcess(
            .get, patience + (scheme == "coaps" ? key : []) + ["\(scheme)://127.0.0.1:\(socket.port)/x"])
        #expect(await socket.receive())
        tool.interrupt()
        let result = await tool.end()
        #expect(result.status == 130 && result.output.isEmpty, "\(result.transcript)")
        #expect(result.complainsOnce && result.errors.contains("interrupted"))
    }

    @Test(
        "A key among the arguments is not in the process list",
        arguments: [
            ["-k", "top-secret"], ["-ktop-secret"], ["--psk", "top-secret"], ["--psk=top-secret"], ["-Nktop-secret"],
        ])
    func secrecy(spelling: [String]) async throws {
        for (tool, verb) in [(Tool.get, [String]()), (.coap, ["get"])] {
            let socket = try SilentSocket()
            let uri = "coaps://127.0.0.1:\(socket.port)/x"
            let process = try ToolProcess(tool, verb + patience + ["-u", "device-1"] + spelling + ["-v", uri])
            try #require(await socket.receive())
            let visible = try process.visibleArguments
            #expect(!visible.joined(separator: " ").contains("secret"))
            // All else is there to be seen.
            #expect(visible.contains("device-1") && visible.contains(uri))
            process.interrupt()
            let result = await process.end()
            #expect(result.status == 130 && !result.transcript.contains("secret"), "\(result.transcript)")
        }
    }
}
