// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Foundation
import Testing

@Suite("Digests on the command line", .timeLimit(.minutes(10)))
struct DigestToolTests {
    private static let key = "hex:000102030405060708090a0b0c0d0e0f"

    /// Runs `coap relay` before a plain server, with a bit flipped; hands out the relay's address.
    private static func flipping(_ server: RunningServer, _ body: (String) async throws -> Void) async throws {
        let port = try CoAPURI(server.coap()).port
        let relay = try ToolProcess(.coap, ["relay", "--to", "127.0.0.1:\(port)", "--flip-payload-bit", "3"])
        let started = await relay.output { $0.contains("\n") }
        let words = started.output.split(separator: " ")
        try #require(words.first == "relaying" && words.count > 1, "\(started.transcript)")
        try await body("coap://\(words[1])")
        relay.interrupt()
        let ended = await relay.end()
        #expect(ended.output.contains(" with a flipped bit\n"), "\(ended.transcript)")
        #expect(!ended.output.contains(" 0 with a flipped bit\n"), "\(ended.transcript)")
    }

    @Test("A relay that flips a bit: the server refuses and says why, and the client refuses what it gets")
    func flipped() async throws {
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"]) { server in
            let folder = try TemporaryFolder()
            let image = try folder.write((0..<5_000).map { UInt8(truncatingIfNeeded: $0) }, to: "image")
            try await Self.flipping(server) { relay in
                let put = try await ToolProcess.run(.put, ["--digest", "-e", "on", "\(relay)/actuators/led"])
                #expect(put.status == 4 && put.complainsOnce, "\(put.transcript)")
                #expect(put.errors.contains("4.00 Bad Request: the body does not match its digest, SHA-256"))
                let upload = try await ToolProcess.run(.coap, ["put", "--digest", "-f", image, "\(relay)/firmware"])
                #expect(upload.status == 4 && upload.errors.contains("does not match"), "\(upload.transcript)")
                let unnoticed = try await ToolProcess.run(.coap, ["put", "-f", image, "\(relay)/firmware"])
                unnoticed.expectSuccess()
                let get = try await ToolProcess.run(.get, ["--digest", "\(relay)/sensors/temperature"])
                #expect(get.status == 65 && get.complainsOnce && get.output.isEmpty, "\(get.transcript)")
                let file = try folder.write("old".utf8, to: "file")
                for output in [file, folder.path("new")] {
                    let download = try await ToolProcess.run(.get, ["--digest", "-o", output, "\(relay)/firmware"])
                    #expect(download.status == 65 && download.complainsOnce, "\(download.transcript)")
                    #expect(download.errors.contains("does not match its digest"))
                }
                #expect(try folder.read("file") == Array("old".utf8))
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["file", "image"])
                let observe = try await ToolProcess.run(
                    .coap, ["observe", "--digest", "-n", "1", "\(relay)/sensors/temperature"])
                #expect(observe.status == 65 && observe.output.isEmpty, "\(observe.transcript)")
            }
        }
    }

    @Test("What nobody changes arrives, by DTLS too, from a small body to one that is streamed")
    func intact() async throws {
        try await RunningServer.with { server in
            let folder = try TemporaryFolder()
            let get = try await ToolProcess.run(
                .get, ["--digest", "-v"] + server.identity + [server.coaps("/sensors/temperature")])
            get.expectSuccess()
            #expect(get.errors.contains("> Payload-Digest: 0x01\n"), "\(get.transcript)")
            #expect(get.errors.contains("< Payload-Digest: 0x01"), "\(get.transcript)")
            let fetched = try await ToolProcess.run(
                .get, ["--digest", "-o", folder.path("fw"), server.coap("/firmware?size=100000")])
            #expect(fetched.transcript == "status 0\n\n", "\(fetched.transcript)")
            #expect(try folder.read("fw").count == 100_000)
            let long = try folder.write([UInt8](repeating: 7, count: (1 << 20) + 1), to: "long")
            for input in [["-f", folder.path("fw")], ["-f", long]] {
                let put = try await ToolProcess.run(.put, ["--digest"] + input + [server.coap("/firmware")])
                #expect(put.status == 0 && put.errors.isEmpty && put.output.hasSuffix("bytes\n"), "\(put.transcript)")
            }
            let redirected = try await ToolProcess.run(
                .shell,
                ["-c", "\"$0\" --digest -f - \"$1\" < \"$2\"", Tool.put.url.path, server.coap("/firmware"), long])
            #expect(redirected.status == 0 && redirected.output == "1048577 bytes\n", "\(redirected.transcript)")
            let piped = try await ToolProcess.run(
                .shell,
                ["-c", "cat \"$2\" | \"$0\" --digest -f - \"$1\"", Tool.put.url.path, server.coap("/firmware"), long])
            #expect(
                piped.status == 64 && piped.complainsOnce && piped.errors.contains("read once"), "\(piped.transcript)")
            let observe = try await ToolProcess.run(
                .coap, ["observe", "--digest", "-n", "1", server.coap("/sensors/temperature")])
            observe.expectSuccess()
        }
    }

    @Test("Keys: the server's, another of the same id, one it does not have, and a server without")
    func keys() async throws {
        let folder = try TemporaryFolder()
        let right = try folder.write("\(Self.key)\n".utf8, to: "right.key")
        let wrong = try folder.write("hex:ff0102030405060708090a0b0c0d0e0f".utf8, to: "wrong.key")
        let arguments = ["--digest-key", "ops:\(right)", "--digest-key", "lab:\(wrong)"]
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"], arguments: arguments) { server in
            func put(_ key: String, input: [UInt8]? = nil) async throws -> ToolResult {
                try await ToolProcess.run(
                    .put, ["--digest-key", key, "-e", "on", server.coap("/actuators/led")], input: input)
            }
            for key in ["ops:\(right)", "lab:\(wrong)"] {
                let good = try await put(key)
                #expect(good.status == 0 && good.errors.isEmpty, "\(good.transcript)")
            }
            let typed = try await put("ops:-", input: Array(Self.key.utf8))
            #expect(typed.status == 0 && typed.errors.isEmpty, "\(typed.transcript)")
            let get = try await ToolProcess.run(
                .get, ["--digest", "--digest-key", "ops:\(right)", "-v", server.coap("/actuators/led")])
            #expect(get.status == 0 && get.output == "on\n", "\(get.transcript)")
            #expect(get.errors.contains("< Payload-Digest: 0x02036f7073"), "\(get.transcript)")
            #expect(!get.transcript.contains("0001020304"))
            let other = try await put("ops:\(wrong)")
            #expect(other.status == 4 && other.errors.contains("4.00") && other.errors.contains("the key is another"))
            let unknown = try await put("nobody:\(right)")
            #expect(unknown.status == 4 && unknown.errors.contains("4.01"), "\(unknown.transcript)")
        }
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"]) { server in
            let get = try await ToolProcess.run(.get, ["--digest-key", "ops:\(right)", server.coap("/actuators/led")])
            #expect(get.status == 65 && get.complainsOnce && get.errors.contains("has no digest"), "\(get.transcript)")
            let put = try await ToolProcess.run(
                .put, ["--digest-key", "ops:\(right)", "-e", "on", server.coap("/actuators/led")])
            #expect(put.status == 0 && put.complainsOnce && put.errors.contains("may not have checked"))
        }
    }

    @Test(
        "What makes no sense is refused at once",
        arguments: [
            (["--digest-key", "ops"], 64, "ID:FILE"), (["--digest-key", ":file"], 64, "ID:FILE"),
            (["--digest-key", "ops:"], 64, "ID:FILE"), (["--digest-key", "ops:nowhere"], 66, "nowhere"),
            (["--digest-key", "ops:open"], 66, "open"), (["--digest-key", "ops:short"], 65, "bytes"),
            (["--digest-key", "an-id-of-17-bytes:good"], 65, "1 to 16"),
            (["--digest-key", "ops:-", "-f", "-"], 64, "standard input"),
            (["--digest-key", "ops:-", "--psk-file", "-"], 64, "standard input"),
            (["--digest", "-O", "65000=0x01", "-e", "x"], 64, "Payload-Digest"),
            (["--digest", "-O", "block2=0x12", "-e", "x"], 64, "Block2"),
            (["--digest-key", "ops:good", "-O", "Block1=8", "-e", "x"], 64, "Block1"),
            (["-O", "65000=0x01", "-O", "block2=0x12", "-e", "x"], 64, "Block2"),
        ] as [([String], Int32, String)])
    func refused(arguments: [String], status: Int32, word: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.key.utf8, to: "good")
        try folder.write(Self.key.utf8, to: "open", permissions: 0o644)
        try folder.write("hex:0001020304050607".utf8, to: "short")
        let result = try await ToolProcess.run(.put, arguments + ["coap://127.0.0.1:1/x"], folder: folder.path)
        #expect(result.status == status && result.complainsOnce && result.errors.contains(word), "\(result.transcript)")
        guard arguments.count == 2 else { return }
        let server = try await ToolProcess.run(
            .server, ["--listen", "coap://127.0.0.1:0"] + arguments, folder: folder.path)
        #expect(server.status == status && server.complainsOnce && server.errors.contains(word), "\(server.transcript)")
    }

    @Test("2.03 leaves the file as it is, and is no way around the digest where no entity-tag was sent")
    func valid() async throws {
        let router = Router()
        router.get("x") { _, _ in Response(.valid) }
        let folder = try TemporaryFolder()
        let old = try folder.write("old".utf8, to: "old")
        try await Loopback.withServer(router) { uris in
            let uri = "\(uris[0])/x"
            for output in [old, folder.path("new")] {
                let forged = try await ToolProcess.run(.get, ["--digest", "-o", output, uri])
                #expect(forged.status == 65 && forged.errors.contains("has no digest"), "\(forged.transcript)")
                for more in [["--digest"], [], ["--json"]] {
                    let kept = try await ToolProcess.run(.get, more + ["-O", "etag=0x01", "-o", output, uri])
                    #expect(kept.status == 0 && kept.errors.contains("2.03 Valid"), "\(kept.transcript)")
                    #expect(kept.complainsOnce, "\(kept.transcript)")
                }
            }
        }
        #expect(try folder.read("old") == Array("old".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["old"])
    }

    @Test("Observing by single blocks cannot be checked")
    func observedBlocks() async throws {
        let result = try await ToolProcess.run(
            .coap, ["observe", "--digest", "-O", "block2=0x06", "coap://127.0.0.1:1/x"])
        #expect(result.status == 64 && result.complainsOnce && result.errors.contains("Block2"), "\(result.transcript)")
    }

    @Test("A bit that is none")
    func badBit() async throws {
        let result = try await ToolProcess.run(.coap, ["relay", "--to", "[::1]:5683", "--flip-payload-bit=-1"])
        #expect(result.status == 64 && result.complainsOnce && result.errors.contains("--flip-payload-bit"))
    }
}
