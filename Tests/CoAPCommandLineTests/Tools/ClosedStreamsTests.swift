// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Foundation
import Testing

@Suite("Standard streams that are closed from the start")
struct ClosedStreamsTests {
    private func run(_ tool: Tool, _ arguments: [String], _ closing: String) async throws -> ToolResult {
        try await ToolProcess.run(
            .shell, ["-c", "exec \"$0\" \"$@\" \(closing)", tool.url.path] + arguments)
    }

    @Test("Output that is not written is an error, and goes nowhere else")
    func output() async throws {
        try await RunningServer.with { server in
            let led = server.identity + [server.coaps("/actuators/led")]
            let closed = try await run(.get, led, ">&-")
            #expect(closed.status == 74 && closed.complainsOnce, "\(closed.transcript)")
            // Else it went to whatever the tool had opened in its place.
            #expect(closed.errors.contains("standard output cannot be written: Bad file descriptor"))
            let file = server.folder.path("body")
            let unused = try await run(.get, ["-o", file] + led, "<&- >&- 2>&-")
            #expect(unused.status == 0, "\(unused.transcript)")
            #expect(try server.folder.read("body") == Array("off".utf8))
            let input = try await run(.put, ["-f", "-"] + led, "<&-")
            #expect(input.status == 66 && input.errors.contains("it is closed"), "\(input.transcript)")
        }
    }

    @Test("Keys are made whole")
    func keys() async throws {
        let folder = try TemporaryFolder()
        let result = try await run(.coap, ["keys", "init", "--keys", folder.path("keys")], "<&- >&- 2>&-")
        #expect(result.status == 74, "\(result.transcript)")
        _ = try KeyFolder(path: folder.path("keys")).serverSecurity()
        let again = try await run(.coap, ["keys", "list", "--keys", folder.path("keys")], "2>&-")
        #expect(again.status == 0 && again.output.contains("device-1"), "\(again.transcript)")
    }
}
