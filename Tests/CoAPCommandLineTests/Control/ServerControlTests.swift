// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import SenML
import Testing

@Suite("coap-server --control", .timeLimit(.minutes(5)))
struct ServerControlTests {
    private func post(_ text: String, _ server: RunningServer) async throws -> ToolResult {
        try await ToolProcess.run(
            .coap, ["post", "-e", text] + server.identity + [server.coaps("/simulation/faults")])
    }

    @Test("A fault by hand is seen where it should be and nowhere else, and logged with who asked for it")
    func fault() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"], arguments: ["--control"]) { server in
            let answer = try await post("offset 500 /sensors/humidity for 1 h", server)
            #expect(answer.status == 0 && answer.output.contains("1 device"), "\(answer.transcript)")
            // The range of the sensor holds it at 100; the next sample shows it.
            let shown = try await ToolProcess.run(
                .shell,
                [
                    "-c", "\"$0\" observe --until 60s \"$@\" | grep -q -m 1 '100'", Tool.coap.url.path,
                ] + server.identity + [server.coaps("/sensors/humidity")])
            #expect(shown.status == 0, "\(shown.transcript)")
            let other = try await ToolProcess.run(.get, server.identity + [server.coaps("/sensors/temperature")])
            let degrees = try #require(Double(other.output.prefix { $0 != " " }), "\(other.transcript)")
            #expect((0...40).contains(degrees))
            let list = try await ToolProcess.run(.get, server.identity + [server.coaps("/simulation/faults")])
            #expect(list.output.contains("offset 500") && list.output.contains("psk:device-1"), "\(list.transcript)")
            let log = await server.process.errors { $0.contains("fault injected by hand") }
            #expect(log.errors.contains("psk:device-1"), "\(log.transcript)")
        }
    }

    @Test("What makes no sense is refused with what can be written")
    func refusal() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"], arguments: ["--control"]) { server in
            let answer = try await post("melt room-1", server)
            #expect(answer.status == 4 && answer.errors.contains("'melt' is no fault"), "\(answer.transcript)")
            let nobody = try await post("stuck room-9", server)
            #expect(nobody.status == 4 && nobody.errors.contains("room-1"), "\(nobody.transcript)")
        }
    }

    @Test("It is not there without the option, and the policy decides who may")
    func access() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
            let answer = try await post("stuck room-1", server)
            #expect(answer.status == 4, "\(answer.transcript)")
        }
        let folder = try TemporaryFolder()
        let policy = try folder.write(
            """
            rules:
              - who: anybody
                may: read
                on: "**"
            """.utf8, to: "policy.yaml")
        try await RunningServer.with(
            listen: ["coaps://127.0.0.1:0"], arguments: ["--control", "--policy", policy]
        ) { server in
            let answer = try await post("stuck room-1", server)
            #expect(answer.status == 4 && answer.errors.contains("4.03"), "\(answer.transcript)")
        }
    }

    @Test("On a plain endpoint that others reach it needs a policy")
    func plain() async throws {
        let folder = try TemporaryFolder()
        let result = try await ToolProcess.run(
            .server, ["--control", "--listen", "coap://0.0.0.0:0"], folder: folder.path)
        #expect(
            result.status == 64 && result.complainsOnce && result.errors.contains("--control"), "\(result.transcript)")
    }
}
