// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("--keylog and --pcap", .timeLimit(.minutes(5)))
struct CaptureToolTests {
    /// The first bytes of a pcap file of raw IP packets.
    private static let magic: [UInt8] = [0xD4, 0xC3, 0xB2, 0xA1]

    @Test("Requests and the server write them, and warn loudly")
    func files() async throws {
        let files = try TemporaryFolder()
        let arguments = ["--keylog", files.path("s.keys"), "--pcap", files.path("s.pcap")]
        let server = try await RunningServer(arguments: arguments)
        let commands: [(Tool, [String])] = [
            (.get, server.identity + [server.coaps("/sensors/temperature")]),
            (.put, server.identity + ["-e", "on", server.coaps("/actuators/led")]),
            (.coap, ["ping"] + server.identity + [server.coaps()]),
            (.coap, ["observe", "--count", "1"] + server.identity + [server.coaps("/sensors/temperature")]),
            (.coap, ["discover"] + server.identity + [server.coaps()]),
            (.coap, ["doctor"] + server.identity + [server.coaps()]),
        ]
        for (index, (tool, arguments)) in commands.enumerated() {
            let (keys, packets) = (files.path("\(index).keys"), files.path("\(index).pcap"))
            let split = tool == .coap ? 1 : 0
            let result = try await ToolProcess.run(
                tool, arguments.prefix(split) + ["--keylog", keys, "--pcap", packets] + arguments.dropFirst(split))
            result.expectSuccess()
            #expect(result.errors.contains("WARNING: CAPTURE IS ON"), "\(result.transcript)")
            #expect(result.errors.contains(keys) && result.errors.contains(packets))
            let lines = String(decoding: try files.read("\(index).keys"), as: UTF8.self).split(separator: "\n")
            // 32 bytes of the client, 48 of the secret.
            #expect(
                lines.count == 1 && lines.allSatisfy { $0.hasPrefix("CLIENT_RANDOM ") && $0.count == 14 + 64 + 1 + 96 })
            let recorded = try files.read("\(index).pcap")
            #expect(recorded.starts(with: Self.magic) && recorded.count > 1_000)
            for path in [keys, packets] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
        }
        let result = try await server.stop()
        #expect(result.errors.contains("critical") && result.errors.contains("WARNING: CAPTURE IS ON"))
        let lines = String(decoding: try files.read("s.keys"), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == commands.count)
        let mine = String(decoding: try files.read("0.keys"), as: UTF8.self).split(separator: "\n")
        #expect(lines.first == mine.first)
    }

    @Test("Files that exist are left alone, and nonsense is refused")
    func refusals() async throws {
        let files = try TemporaryFolder()
        let taken = try files.write("precious".utf8, to: "taken")
        let uri = "coap://127.0.0.1:9/x"
        let exists = try await ToolProcess.run(.get, ["--pcap", taken, uri])
        #expect(exists.status == 73 && exists.complainsOnce, "\(exists.transcript)")
        #expect(try files.read("taken") == Array("precious".utf8))
        for arguments in [
            ["--pcap", "-"], ["--keylog", ""], ["--pcap", files.path("a"), "--keylog", files.path("a")],
        ] {
            let result = try await ToolProcess.run(.get, arguments + [uri])
            #expect(result.status == 64 && result.complainsOnce, "\(result.transcript)")
        }
        let multicast = try await ToolProcess.run(.coap, ["discover", "--multicast", "--pcap", files.path("m")])
        #expect(multicast.status == 64, "\(multicast.transcript)")
    }

    @Test("SSLKEYLOGFILE is not obeyed")
    func environment() async throws {
        let files = try TemporaryFolder()
        try await RunningServer.with { server in
            let result = try await ToolProcess.run(
                .get, server.identity + [server.coaps("/actuators/led")],
                environment: ["SSLKEYLOGFILE": files.path("keys")])
            result.expectSuccess()
            #expect(!result.errors.contains("CAPTURE"))
        }
        #expect(!FileManager.default.fileExists(atPath: files.path("keys")))
    }
}
