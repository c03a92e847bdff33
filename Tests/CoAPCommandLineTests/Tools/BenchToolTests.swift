// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Foundation
import SenML
import Testing

@Suite("coap bench")
struct BenchToolTests {
    private static func router() -> Router {
        let router = Router()
        router.get("x") { _, _ in "twenty bytes exactly" }
        return router
    }

    private static let short = ["bench", "--rounds", "1", "--connections", "1", "--json"]

    /// Measures for longer and longer until the outcome is worth a look: a busy machine may answer nothing for a while, and
    /// then the tool rightly says so.
    private static func run(_ arguments: [String], until fits: (ToolResult) -> Bool) async throws -> ToolResult {
        var result = ToolResult(status: .min, outputBytes: [], errors: "")
        for seconds in ["0.2", "1", "2", "4", "8"] {
            result = try await ToolProcess.run(.coap, short + ["--duration", seconds] + arguments)
            if fits(result) { break }
        }
        return result
    }

    @Test("Without warm-up it counts from the first request on", arguments: ["0", "0.1"])
    func warmUp(seconds: String) async throws {
        try await Loopback.withServer(Self.router()) { uris in
            let result = try await Self.run(["--warm-up", seconds, "\(uris[0].authority)/x"]) { $0.status == 0 }
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.transcript)")
            guard case .array(let rows) = try JSONParser.parse(result.outputBytes) else {
                Issue.record("no list: \(result.transcript)")
                return
            }
            #expect(try #require(rows.first?["requestsPerSecond"]?.double) > 0)
        }
    }

    @Test("A server that answers nothing with success, or nothing at all, is a failure")
    func failures() async throws {
        try await Loopback.withServer(Self.router()) { uris in
            let missing = try await Self.run(["\(uris[0].authority)/nothing"]) { !$0.output.isEmpty }
            #expect(missing.status == 69 && missing.complainsOnce && !missing.output.isEmpty, "\(missing.transcript)")
        }
        let silent = try SilentSocket()
        let nothing = try await ToolProcess.run(
            .coap, Self.short + ["--duration", "0.2", "--warm-up", "0", "coap://127.0.0.1:\(silent.port)/x"])
        #expect(nothing.status == 69 && nothing.complainsOnce && nothing.output.isEmpty, "\(nothing.transcript)")
    }

    @Test(
        "Processes that are not there, and more names than servers",
        arguments: [["--pid", "2147483647"], ["--name", "a", "--name", "b"], ["--pid", "1", "--pid", "1"]])
    func usage(arguments: [String]) async throws {
        let result = try await ToolProcess.run(.coap, ["bench"] + arguments + ["coap://127.0.0.1:1/x"])
        #expect(result.status == 64 && result.complainsOnce, "\(result.transcript)")
    }

    @Test("What was measured before an interruption is shown")
    func interrupt() async throws {
        var result = ToolResult(status: .min, outputBytes: [], errors: "")
        // Longer rounds where a busy machine answered nothing in one of them.
        for seconds in ["0.2", "1", "4", "8"] {
            result = try await Self.interrupted(roundsOf: seconds)
            if result.status == 130 { break }
            #expect(result.errors.contains("nothing came back"), "\(result.transcript)")
        }
        #expect(result.status == 130 && result.errors == "coap: interrupted\n", "\(result.transcript)")
        #expect(result.output.contains("coap://[::1]:"), "\(result.transcript)")
    }

    /// Runs it and interrupts it in its second round, or later.
    private static func interrupted(roundsOf seconds: String) async throws -> ToolResult {
        let router = Router()
        let peers = Locked(Set<SocketAddress>())
        let (rounds, round) = AsyncStream.makeStream(of: Void.self)
        // Every round has a socket of its own: who hears of a second one has seen the first round end.
        router.get("x") { _, context in
            let count = peers.withLock { peers in
                if let address = context.peer.address { peers.insert(address) }
                return peers.count
            }
            if count > 1 { round.yield() }
            return "x"
        }
        return try await Loopback.withServer(router) { uris in
            let tool = try ToolProcess(
                .coap,
                [
                    "bench", "--rounds", "1000", "--duration", seconds, "--warm-up", "0", "--connections", "1",
                    "--window", "1", "\(uris[0].authority)/x",
                ])
            let end = Task {
                let result = await tool.end()
                // It may give up, and then there is no second round to wait for.
                round.finish()
                return result
            }
            for await _ in rounds { break }
            tool.interrupt()
            return await end.value
        }
    }
}
