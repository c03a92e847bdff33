// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import SenML
import Testing

/// `coap observe` and `coap relay` as a shell sees them.
@Suite("coap observe", .timeLimit(.minutes(5)))
struct ObserveToolTests {
    /// A server whose number grows every few milliseconds.
    private static func withServer(_ body: @escaping @Sendable (CoAPURI, ObservableResource) async throws -> Void)
        async throws
    {
        let router = Router()
        let number = Locked(0)
        let resource = router.observable("n") { _, _ in "\(number.withLock { $0 })" }
        router.get("plain") { _, _ in "still" }
        try await Loopback.withServer(router) { uris in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled {
                        number.withLock { $0 += 1 }
                        resource.changed()
                        try? await Task.sleep(for: .milliseconds(20))
                    }
                }
                try await body(uris[0], resource)
                group.cancelAll()
            }
        }
    }

    @Test("Each value is a line with its time, and the server forgets the tool")
    func lines() async throws {
        try await Self.withServer { uri, resource in
            let result = try await ToolProcess.run(.coap, ["observe", "-n", "5", uri.authority + "/n"])
            result.expectSuccess()
            let lines = result.output.split(separator: "\n")
            #expect(lines.count == 5)
            let values = lines.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
            #expect(values.count == 5 && values == values.sorted())
            #expect(lines.allSatisfy { $0.contains("T") && $0.contains("Z ") })
            #expect(resource.observerCount == 0)
        }
    }

    @Test("As JSON each line is an object")
    func json() async throws {
        try await Self.withServer { uri, _ in
            let result = try await ToolProcess.run(.coap, ["observe", "--json", "-n", "3", uri.authority + "/n"])
            result.expectSuccess()
            for line in result.output.split(separator: "\n") {
                let object = try JSONParser.parse(Array(line.utf8))
                #expect(object["state"] == .string("value"))
                #expect(object["code"] == .string("2.05"))
                #expect(object["value"]?.double != nil && object["sequence"]?.double != nil)
            }
        }
    }

    @Test("Without a terminal a chart is lines")
    func plot() async throws {
        try await Self.withServer { uri, _ in
            let result = try await ToolProcess.run(.coap, ["observe", "--plot", "-n", "2", uri.authority + "/n"])
            result.expectSuccess()
            #expect(result.output.split(separator: "\n").count == 2)
            #expect(!result.output.contains("\u{1B}"))
        }
    }

    @Test("It ends when the time is up")
    func until() async throws {
        try await Self.withServer { uri, resource in
            let result = try await ToolProcess.run(.coap, ["observe", "--until", "15s", uri.authority + "/n"])
            result.expectSuccess()
            #expect(!result.output.isEmpty)
            #expect(resource.observerCount == 0)
        }
    }

    @Test("Ctrl-C has the server forget it")
    func interrupted() async throws {
        try await Self.withServer { uri, resource in
            let tool = try ToolProcess(.coap, ["observe", uri.authority + "/n"])
            _ = await tool.output { $0.contains("\n") }
            tool.interrupt()
            let result = await tool.end()
            #expect(result.status == 130, "\(result.transcript)")
            #expect(result.errors.hasSuffix("interrupted\n"))
            #expect(resource.observerCount == 0)
        }
    }

    @Test("What is not there, and what does not notify, ends it with a code of its own")
    func ended() async throws {
        try await Self.withServer { uri, _ in
            let missing = try await ToolProcess.run(.coap, ["observe", uri.authority + "/missing"])
            #expect(missing.status == 4, "\(missing.transcript)")
            #expect(missing.errors.contains("ended by the server: 4.04"))
            let plain = try await ToolProcess.run(.coap, ["observe", uri.authority + "/plain"])
            #expect(plain.status == 69 && plain.output.hasSuffix(" still\n"), "\(plain.transcript)")
            #expect(plain.errors.contains("does not notify"))
            let once = try await ToolProcess.run(.coap, ["observe", "-n", "1", uri.authority + "/plain"])
            once.expectSuccess()
        }
    }

    @Test(
        "A server that is unavailable for a while is no end of it, and what a person reads says so",
        arguments: [[], ["--json"]])
    func unavailable(shape: [String]) async throws {
        let router = Router()
        let resource = router.unavailableOnce()
        try await Loopback.withServer(router) { uris in
            let tool = try ToolProcess(.coap, ["observe"] + shape + [uris[0].authority + "/n"])
            _ = await tool.output { $0.contains("\n") }
            resource.changed()
            let isJSON = !shape.isEmpty
            let again = await tool.output { output in
                let lines = output.split(separator: "\n")
                return isJSON ? lines.count { $0.contains(#""value""#) } >= 2 : lines.count >= 2
            }
            #expect(again.status == .min, "\(again.transcript)")
            tool.interrupt()
            let result = await tool.end()
            #expect(result.status == 130, "\(result.transcript)")
            let (notes, stale) = isJSON ? (result.output, #""stale""#) : (result.errors, "stale since ")
            #expect(notes.contains(stale) && notes.contains("resumed"), "\(result.transcript)")
            #expect(!result.transcript.contains("ended"), "\(result.transcript)")
            // And why no value comes.
            #expect(notes.contains("5.03"), "\(result.transcript)")
        }
    }

    @Test(
        "What makes no sense is refused",
        arguments: [
            ["-n", "0"], ["--until", "soon"], ["--json", "--plot"], ["-A", "nonsense"], ["-O", "nonsense"],
        ])
    func usage(arguments: [String]) async throws {
        let result = try await ToolProcess.run(.coap, ["observe"] + arguments + ["coap://[::1]:1/n"])
        #expect(result.status == 64 && result.complainsOnce, "\(result.transcript)")
    }

    @Test("The relay passes on what it does not lose, and counts")
    func relay() async throws {
        try await Self.withServer { uri, _ in
            let relay = try ToolProcess(
                .coap, ["relay", "--to", "[::1]:\(uri.port)", "--loss", "0.1", "--delay", "1ms", "--seed", "1"])
            let started = await relay.output { $0.contains("\n") }
            let address = try #require(
                started.output.split(separator: " ").dropFirst().first.map(String.init), "\(started.transcript)")
            let result = try await ToolProcess.run(.coap, ["observe", "-n", "20", "coap://\(address)/n"])
            result.expectSuccess()
            relay.interrupt()
            let end = await relay.end()
            #expect(end.status == 0, "\(end.transcript)")
            #expect(end.output.contains("to server: ") && end.output.contains("to client: "))
        }
    }

    @Test(
        "A relay that makes no sense is refused",
        arguments: [
            ["--to", "[::1]"], ["--to", "[::1]:5683", "--loss", "2"], ["--to", "[::1]:5683", "--delay", "20"],
            ["--to", "[::1]:5683", "--listen", "x"],
        ])
    func relayUsage(arguments: [String]) async throws {
        let result = try await ToolProcess.run(.coap, ["relay"] + arguments)
        #expect(result.status == 64 && result.complainsOnce, "\(result.transcript)")
    }
}
