// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Foundation
import Testing

/// What `kill` and a closed terminal do to the tools: the same as Ctrl-C.
@Suite("SIGTERM and SIGHUP", .timeLimit(.minutes(5)))
struct EndSignalTests {
    @Test("The server forgets an observer", arguments: [SIGTERM, SIGHUP])
    func observe(signal: Int32) async throws {
        let router = Router()
        let resource = router.observable("n") { _, _ in "1" }
        try await Loopback.withServer(router) { uris in
            let tool = try ToolProcess(.coap, ["observe", uris[0].authority + "/n"])
            _ = await tool.output { $0.contains("\n") }
            try #require(resource.observerCount == 1)
            kill(tool.id, signal)
            let result = await tool.end()
            #expect(result.status == 128 + signal && result.complainsOnce, "\(result.transcript)")
            #expect(resource.observerCount == 0)
        }
    }

    @Test("What nohup starts goes on when the terminal is closed")
    func ignored() async throws {
        let router = Router()
        let resource = router.observable("n") { _, _ in "1" }
        try await Loopback.withServer(router) { uris in
            let tool = try ToolProcess(
                .shell,
                [
                    "-c", "trap '' HUP; exec \"$0\" \"$@\"", Tool.coap.url.path, "observe", "-n", "2",
                    uris[0].authority + "/n",
                ])
            _ = await tool.output { $0.contains("\n") }
            kill(tool.id, SIGHUP)
            // Longer than a stopped tool takes to end.
            try await Task.sleep(for: .seconds(2))
            resource.changed()
            let result = await tool.end()
            #expect(result.status == 0 && result.output.split(separator: "\n").count == 2, "\(result.transcript)")
        }
    }

    @Test("A relay says what it has done", arguments: [SIGTERM, SIGHUP])
    func relay(signal: Int32) async throws {
        let relay = try ToolProcess(.coap, ["relay", "--to", "127.0.0.1:5683"])
        _ = await relay.output { $0.contains("\n") }
        kill(relay.id, signal)
        let result = await relay.end()
        #expect(result.status == 128 + signal, "\(result.transcript)")
        #expect(result.output.contains("to server: 0 datagrams") && result.output.contains("to client: 0 datagrams"))
    }

    @Test("Nothing is left of a file that did not come whole", arguments: [SIGTERM, SIGHUP])
    func download(signal: Int32) async throws {
        let router = Router()
        router.get("slow") { _, _ in
            let (parts, continuation) = AsyncStream.makeStream(of: [UInt8].self)
            continuation.yield([UInt8](repeating: 1, count: 4096))
            return Response(stream: BodyStream(chunks: parts), contentFormat: .octetStream)
        }
        try await Loopback.withServer(router) { uris in
            let folder = try TemporaryFolder()
            let tool = try ToolProcess(.get, ["-o", folder.path("file"), uris[0].authority + "/slow"])
            var files: [String] = []
            while files.isEmpty {
                files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                try await Task.sleep(for: .milliseconds(5))
            }
            kill(tool.id, signal)
            let result = await tool.end()
            #expect(result.status == 128 + signal && result.complainsOnce, "\(result.transcript)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }
}
