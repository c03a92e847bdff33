// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Foundation
import Testing

@Suite("coap-server")
struct ServerToolTests {
    @Test("It says where it listens and how to ask, and stops on SIGTERM and SIGINT", arguments: [true, false])
    func lifeCycle(terminates: Bool) async throws {
        let server = try await RunningServer()
        #expect(server.authorities[0].hasPrefix("coaps://127.0.0.1:") && server.authorities[1].hasPrefix("coap://"))
        if terminates { server.process.terminate() } else { server.process.interrupt() }
        let result = await server.process.end()
        let plain = server.coap()
        #expect(result.status == 0, "\(result.transcript)")
        #expect(result.errors == "coap-server: \(plain): plain CoAP, anybody who reaches it may read and write\n")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.first == "made credentials in \(server.keys) for the server and device-1")
        #expect(lines.last == "stopped")
        let port = try #require(server.authorities[0].split(separator: ":").last)
        let options = "--identity device-1 --keys \(server.keys)"
        #expect(lines.contains("  coap-get \(options) coaps://127.0.0.1:\(port)/sensors/temperature"))
        #expect(lines.contains("  coap-put \(options) -e on coaps://127.0.0.1:\(port)/actuators/led"))
        for digits in try server.keyDigits() { #expect(!result.transcript.contains(digits)) }
    }

    @Test("The lines it offers work as they are")
    func offeredLine() async throws {
        // By name, which may be either of the loopback addresses.
        try await RunningServer.with(listen: ["coaps://[::]:0"]) { server in
            let started = await server.process.output { $0.contains("/actuators/led\n") }
            let line = try #require(
                started.output.split(separator: "\n").first { $0.hasPrefix("  coap-get ") }, "\(started.transcript)")
            let words = line.split(separator: " ").map(String.init)
            // In another folder, as a second terminal may be.
            let result = try await ToolProcess.run(.get, Array(words.dropFirst()), folder: "/")
            #expect(result.status == 0 && result.output.hasSuffix(" °C\n"), "\(result.transcript)")
        }
    }

    @Test("A second run uses the keys of the first")
    func secondRun() async throws {
        let first = try await RunningServer()
        let digits = try first.keyDigits()
        try await first.stop()
        let again = try ToolProcess(.server, ["--listen", "coaps://127.0.0.1:0", "--keys", first.keys])
        let started = await again.output { $0.contains("listening on") }
        #expect(!started.output.contains("made credentials"), "\(started.transcript)")
        again.terminate()
        let ended = await again.end()
        #expect(ended.status == 0, "\(ended.transcript)")
        #expect(try first.keyDigits() == digits)
    }

    @Test("A taken port is refused, and the server that has it keeps serving", arguments: ["coaps", "coap"])
    func portTaken(scheme: String) async throws {
        try await RunningServer.with { server in
            let address = scheme == "coaps" ? server.coaps() : server.coap()
            let second = try await ToolProcess.run(.server, ["--listen", address, "--keys", server.keys])
            #expect(second.status == 69 && second.complainsOnce, "\(second.transcript)")
            #expect(second.errors.contains(try #require(address.split(separator: ":").last)))
            #expect(!second.output.contains("listening on"))
            let read = try await ToolProcess.run(.get, server.identity + [server.coaps("/actuators/led")])
            #expect(read.status == 0 && read.output == "off\n", "\(read.transcript)")
        }
    }

    @Test(
        "Endpoints that cannot be",
        arguments: [
            (["5684"], "coaps://ADDRESS:PORT"), (["coaps://127.0.0.1:7", "coaps://127.0.0.1:7"], "another --listen"),
            (["coap://127.0.0.1:7", "coaps://127.0.0.1:7"], "another --listen"),
            (["coaps://224.0.1.187"], "many hosts"),
        ])
    func endpoints(listen: [String], says: String) async throws {
        let folder = try TemporaryFolder()
        let result = try await ToolProcess.run(.server, listen.flatMap { ["--listen", $0] }, folder: folder.path)
        #expect(result.status == 64 && result.complainsOnce && result.errors.contains(says), "\(result.transcript)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("Bad keys folders and addresses")
    func badInput() async throws {
        let folder = try TemporaryFolder()
        _ = try KeyFolder(path: folder.path("keys")).initialize()
        let keys = try folder.read("keys/psk.json")
        let psk = try folder.write(keys, to: "keys/psk.json", permissions: 0o640)
        func start(_ arguments: [String]) async throws -> ToolResult {
            try await ToolProcess.run(
                .server, ["--keys", folder.path("keys")] + arguments, folder: folder.path)
        }
        let readable = try await start(["--listen", "coaps://127.0.0.1:0"])
        #expect(readable.status == 66 && readable.complainsOnce, "\(readable.transcript)")
        #expect(readable.errors.contains("chmod 600 \(psk)"))
        try folder.write("[{".utf8, to: "keys/psk.json")
        let broken = try await start(["--listen", "coaps://127.0.0.1:0"])
        #expect(broken.status == 65 && broken.complainsOnce && broken.errors.contains(psk), "\(broken.transcript)")
        try folder.write(keys, to: "keys/psk.json")
        try FileManager.default.removeItem(atPath: folder.path("keys/server.key"))
        let missing = try await start(["--listen", "coaps://127.0.0.1:0"])
        #expect(missing.status == 65 && missing.complainsOnce && missing.errors.contains("server.key"))
        for listen in ["nonsense", "http://127.0.0.1", "coap://127.0.0.1:99999"] {
            let result = try await start(["--listen", listen])
            #expect(result.status == 64 && result.complainsOnce, "\(result.transcript)")
        }
        let elsewhere = try await start(["--listen", "coap://192.0.2.1:0"])
        #expect(elsewhere.status == 69 && elsewhere.complainsOnce, "\(elsewhere.transcript)")
    }
}
