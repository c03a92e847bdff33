// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML
import Testing

@Suite(
    "coap discover --multicast, against coap-server --multicast", .timeLimit(.minutes(10)),
    .enabled("the loopback interface does not multicast") { LoopbackMulticast.isPossible })
struct MulticastToolTests {
    /// Servers that answer the group at once.
    private static func withServer(
        _ listen: [String] = ["coap://127.0.0.1:0"], _ body: (RunningServer) async throws -> Void
    ) async throws {
        try await RunningServer.with(listen: listen, arguments: ["--multicast", "--leisure", "0"], body)
    }

    /// What the tool says of those on a port, asked with more and more time until it is what the closure wants: an answer comes
    /// at once unless the machine is busy.
    private static func discover(
        port: UInt16, _ arguments: [String], where fits: (ToolResult) -> Bool
    ) async throws -> ToolResult {
        var result = ToolResult(status: .min, outputBytes: [], errors: "")
        for seconds in ["0.5", "5", "60"] {
            result = try await ToolProcess.run(
                .coap,
                [
                    "discover", "--multicast", "coap://\(LoopbackMulticast.group):\(port)", "--interface",
                    LoopbackMulticast.interface, "--wait", seconds,
                ] + arguments)
            if fits(result) { break }
        }
        return result
    }

    @Test("A server is found, under its own address, with all that is listed", arguments: ["--table", "--tree"])
    func found(shape: String) async throws {
        try await Self.withServer { server in
            let uri = try CoAPURI(server.coap())
            let result = try await Self.discover(port: uri.port, [shape]) { !$0.output.isEmpty }
            #expect(result.status == 0 && result.errors.isEmpty, "\(result.transcript)")
            #expect(result.output.hasPrefix(server.coap() + "\n"), "\(result.transcript)")
            for name in ["temperature", "humidity", "led", "device", "firmware"] {
                #expect(result.output.contains(name), "\(result.transcript)")
            }
            #expect(result.output.contains(shape == "--tree" ? "├── sensors" : "RESOURCE"), "\(result.transcript)")
        }
    }

    @Test("As JSON it is a list of servers with their links, those that fit")
    func json() async throws {
        try await Self.withServer { server in
            let uri = try CoAPURI(server.coap())
            let result = try await Self.discover(port: uri.port, ["--json", "--if", "core.s", "rt=temp*"]) {
                $0.output != "[]\n"
            }
            result.expectSuccess()
            guard case .array(let servers) = try JSONParser.parse(result.outputBytes), servers.count == 1,
                case .array(let links)? = servers[0]["links"]
            else {
                Issue.record("not one server: \(result.transcript)")
                return
            }
            #expect(servers[0]["server"] == .string(server.coap()))
            #expect(links.map { $0["href"] } == [.string("/sensors/temperature")])
            #expect(links.first?["obs"] == .bool(true))
        }
    }

    @Test("Every server of the group answers for itself")
    func several() async throws {
        try await Self.withServer { first in
            let port = try CoAPURI(first.coap()).port
            // The same port on another address of the loopback network.
            try await Self.withServer(["coap://127.0.0.2:\(port)"]) { second in
                let result = try await Self.discover(port: port, ["--json", "--rt", "light"]) { result in
                    [first, second].allSatisfy { result.output.contains($0.coap()) }
                }
                guard case .array(let servers) = try JSONParser.parse(result.outputBytes) else {
                    Issue.record("no list: \(result.transcript)")
                    return
                }
                let addresses = servers.compactMap { server -> String? in
                    if case .string(let address)? = server["server"] { address } else { nil }
                }
                #expect(addresses.sorted() == [first.coap(), second.coap()].sorted(), "\(result.transcript)")
            }
        }
    }

    @Test("A filter that nothing fits and a port where nobody is have nobody answer, which is an error of its own")
    func nothing() async throws {
        try await Self.withServer { server in
            let uri = try CoAPURI(server.coap())
            // It is there and keeps silent (RFC 7252 §8.2), which a filter that fits shows behind the one that does not.
            let none = try await Self.discover(port: uri.port, ["--rt", "none"]) { _ in true }
            #expect(none.status == 69 && none.output.isEmpty && none.complainsOnce, "\(none.transcript)")
            #expect(none.errors.contains("with a resource that matches"))
            let json = try await Self.discover(port: uri.port, ["--rt", "none", "--json"]) { _ in true }
            #expect(json.status == 69 && json.output == "[]\n" && json.complainsOnce, "\(json.transcript)")
            let some = try await Self.discover(port: uri.port, ["--rt", "light"]) { !$0.output.isEmpty }
            #expect(some.output.contains("/actuators/led"), "\(some.transcript)")
            let nobody = try await Self.discover(port: try SilentSocket.abandonedPort(), []) { _ in true }
            #expect(nobody.status == 69 && nobody.output.isEmpty && nobody.complainsOnce, "\(nobody.transcript)")
            #expect(!nobody.errors.contains("matches"))
        }
    }

    @Test("A server that was not told to answers no group, while its neighbour does")
    func silent() async throws {
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"], arguments: ["--leisure", "0"]) { deaf in
            let port = try CoAPURI(deaf.coap()).port
            try await Self.withServer(["coap://127.0.0.2:\(port)"]) { neighbour in
                let result = try await Self.discover(port: port, []) { $0.output.contains(neighbour.coap()) }
                #expect(result.output.contains(neighbour.coap()), "\(result.transcript)")
                #expect(!result.output.contains(deaf.coap()), "\(result.transcript)")
            }
        }
    }

    @Test("Groups need a plain endpoint, which --multicast says")
    func securedOnly() async throws {
        let folder = try TemporaryFolder()
        let result = try await ToolProcess.run(
            .server, ["--listen", "coaps://127.0.0.1:0", "--multicast"], folder: folder.path)
        #expect(
            result.status == 64 && result.complainsOnce && result.errors.contains("coap://"), "\(result.transcript)")
    }
}
