// SPDX-License-Identifier: Apache-2.0

import SenML
import Testing

@Suite("coap conformance")
struct ConformanceToolTests {
    @Test("The list of cases")
    func list() async throws {
        let result = try await ToolProcess.run(.coap, ["conformance", "--list", "--tests", "CORE_0*"])
        #expect(result.status == 0, "\(result.transcript)")
        #expect(result.output.contains("TD_COAP_CORE_01") && !result.output.contains("LINK"))
    }

    @Test("A pattern that names no case, and no server", arguments: [["--tests", "NONE*", "coap://127.0.0.1"], []])
    func usage(arguments: [String]) async throws {
        let result = try await ToolProcess.run(.coap, ["conformance"] + arguments)
        #expect(result.status == 64, "\(result.transcript)")
    }

    @Test("Nobody there")
    func unavailable() async throws {
        let port = try SilentSocket.abandonedPort()
        let result = try await ToolProcess.run(.coap, ["conformance", "coap://127.0.0.1:\(port)"])
        #expect(result.status == 69, "\(result.transcript)")
        #expect(result.errors.contains("does not answer"))
    }

    @Test("A case that passes, one that fails, and one that cannot be tried")
    func verdicts() async throws {
        try await RunningServer.with { server in
            let good = try await ToolProcess.run(.coap, ["conformance", server.coap(), "--json", "--tests", "CORE_31"])
            #expect(good.status == 0, "\(good.transcript)")
            let object = try JSONParser.parse(good.outputBytes)
            #expect(object["counts"]?["pass"] == .number("1"))
            let bad = try await ToolProcess.run(
                .coap, ["conformance", server.coap(), "--tests", "CORE_21", "CORE_31", "-v"])
            #expect(bad.status == 1, "\(bad.transcript)")
            #expect(bad.output.contains("2 cases: 1 passed, 1 failed, 0 skipped\n"))
            #expect(bad.output.contains("-> CON 0.01 GET"))
            let none = try await ToolProcess.run(.coap, ["conformance", server.coap(), "--tests", "DTLS_04"])
            #expect(none.status == 1, "\(none.transcript)")
            #expect(none.output.contains("skipped"))
        }
    }

    @Test("Over DTLS, with a key of the server's")
    func secure() async throws {
        try await RunningServer.with { server in
            let result = try await ToolProcess.run(
                .coap,
                ["conformance", server.coaps(), "--format", "junit", "--tests", "CORE_31"] + server.identity)
            #expect(result.status == 0, "\(result.transcript)")
            #expect(result.output.hasPrefix("<?xml"))
        }
    }
}
