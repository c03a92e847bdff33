// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Foundation
import Testing

@Suite("The lines that export prints, run as they are")
struct ExportedLinesTests {
    /// Runs every line that is no explanation, and fails the test where one does not get the temperature or a connection.
    private func run(_ lines: String, _ server: RunningServer, programs: [String]) async throws {
        let commands = lines.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(commands.map { $0.prefix { $0 != " " } } == programs.map { $0[...] }, "\(lines)")
        let tools = Tool.coap.url.deletingLastPathComponent().path
        let peers = Self.package.appending(path: ".build-peers/venv/bin").path
        let path = "\(tools):\(peers):\(ProcessInfo.processInfo.environment["PATH"] ?? ""):/usr/bin"
        for command in commands {
            let program = String(command.prefix { $0 != " " })
            guard Self.isThere(program, path) else {
                // Set to 1, tests whose peer is missing are skipped; else they fail.
                #expect(
                    ProcessInfo.processInfo.environment["SWIFT_COAP_SKIP_MISSING_PEERS"] == "1", "\(program) is missing"
                )
                continue
            }
            let result = try await ToolProcess.run(
                .shell, ["-c", String(command)], environment: ["PATH": path], folder: server.folder.path)
            let wanted = program == "openssl" ? "CONNECTION ESTABLISHED" : " °C"
            #expect(result.status == 0 && result.transcript.contains(wanted), "\(command)\n\(result.transcript)")
        }
    }

    private static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func isThere(_ program: String, _ path: String) -> Bool {
        path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    @Test("With the keys folder and with files of their own, a key and a certificate")
    func lines() async throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        _ = try keys.initialize()
        _ = try keys.addDevice(named: "pump")
        // An identity with a sign in it.
        _ = try keys.rotateDevice(named: "pump")
        let server = try await RunningServer(listen: ["coaps://127.0.0.1:0"], folder: folder)
        let arguments = ["keys", "export", "pump", "--server", server.coaps("/sensors/temperature")]
        let shown = try await ToolProcess.run(.coap, arguments, folder: folder.path)
        shown.expectSuccess()
        let certificate = ["coap-get", "coap-client-openssl", "openssl"]
        try await run(shown.output, server, programs: ["coap-get", "coap-client-openssl", "openssl"] + certificate)
        let written = try await ToolProcess.run(.coap, arguments + ["-o", "it's pump"], folder: folder.path)
        written.expectSuccess()
        let lines = written.output.split(separator: "\n").filter { !$0.hasPrefix("made  ") }.joined(separator: "\n")
        try await run(
            lines, server, programs: ["coap-get", "coap-client-openssl", "aiocoap-client", "openssl"] + certificate)
        try await server.stop()
    }

    @Test(
        "While an old authority is believed beside a new one, and the server's certificate is of either",
        arguments: [false, true])
    func authorities(hasMoved: Bool) async throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        _ = try keys.initialize()
        for name in ["old", "new"] {
            if name == "new" { _ = try keys.rotateAuthority() }
            _ = try keys.addDevice(named: name, .certificate)
        }
        if hasMoved { _ = try keys.rotateServer(movingToNewAuthority: true) }
        let server = try await RunningServer(listen: ["coaps://127.0.0.1:0"], folder: folder)
        for name in ["old", "new"] {
            let written = try await ToolProcess.run(
                .coap, ["keys", "export", name, "--server", server.coaps("/sensors/temperature"), "-o", name],
                folder: folder.path)
            written.expectSuccess()
            let lines = written.output.split(separator: "\n").filter { !$0.hasPrefix("made  ") }.joined(separator: "\n")
            try await run(lines, server, programs: ["coap-get", "coap-client-openssl", "openssl"])
        }
        try await server.stop()
    }
}
