// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import TestSupport
import Testing

@Suite("Downgrades", .timeLimit(.minutes(15)))
struct DowngradeTests {
    /// What a man in the middle answers to a hello, so that the client gives DTLS up or takes less than it asked for.
    private static func answers() -> [[UInt8]] {
        var generator = SeededGenerator(seed: 12)
        let random = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        func serverHello(_ version: [UInt8], _ suite: [UInt8]) -> [UInt8] {
            let body = version + random + [0] + suite + [0]
            let length = [0, 0, UInt8(body.count)]
            return Record.make(Record.handshake, sequence: 1, [2] + length + [0, 0, 0, 0, 0] + length + body)
        }
        return [
            Message(.reset, .empty, messageID: 0).bytes,
            Message(.acknowledgement, .content, messageID: 0x1600, payload: Array("public".utf8)).bytes,
            Message(.confirmable, .content, messageID: 1, payload: Array("public".utf8)).bytes,
            Record.make(Record.alert, [2, 70]), Record.make(Record.alert, [2, 86]), Record.make(Record.alert, [1, 0]),
            Record.make(Record.application, Message(.confirmable, .content, messageID: 1, payload: [0x78]).bytes),
            // DTLS 1.0; no encryption; a suite nobody offered; a server without authentication.
            serverHello([0xFE, 0xFF], [0xC0, 0xA8]), serverHello([0xFE, 0xFD], [0, 0]),
            serverHello([0xFE, 0xFD], [0, 0x2C]), serverHello([0xFE, 0xFD], [0xC0, 0x18]),
        ]
    }

    @Test("A client that wants DTLS sends nothing in the clear and takes nothing less")
    func client() async throws {
        try await AttackBench.run("a downgrade of the client") { target in
            let folder = target.folder
            let securities: [ClientSecurity] = [
                .preSharedKey(folder.insiderKey), .certificate(trust: try folder.keys.trustAnchors()),
            ]
            var hasty = ClientConfiguration()
            hasty.handshakeTimeout = .seconds(2)
            let configuration = hasty
            let gotThrough = try await withThrowingTaskGroup(of: Int.self) { group in
                for answer in Self.answers() {
                    for security in securities {
                        group.addTask {
                            let relay = try TamperingRelay(to: target.plain.port)
                            defer { relay.stop() }
                            relay.setRule { direction, _ in
                                if direction == .toServer { relay.sendToClient(answer) }
                                return []
                            }
                            let response = try? await target.withSession(
                                security, through: relay.port, configuration: configuration
                            ) { try await $0.get("public/x") }
                            // Only hellos and alerts may have left the client.
                            let other = relay.recorded(.toServer).count {
                                $0.first != Record.handshake && $0.first != Record.alert || $0.contains("public".utf8)
                            }
                            return other + (response == nil ? 0 : 1)
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            // A client that was not told to use DTLS shows what it asks.
            let relay = try TamperingRelay(to: target.plain.port)
            defer { relay.stop() }
            var behind = target.plain
            behind.port = relay.port
            _ = try await CoAPClient.withSession(to: behind, security: .plain, configuration: Target.patient) {
                try await $0.get("public/x")
            }
            let shown = relay.recorded(.toServer).count { $0.contains("public".utf8) }
            return AttackBench.Outcome(
                tries: Self.answers().count * securities.count, gotThrough: gotThrough,
                control: ("a client of coap://", shown))
        }
    }

    @Test("A server's DTLS port takes neither plain requests, nor DTLS 1.0, nor ciphers that protect nothing")
    func server() async throws {
        try await AttackBench.run("a downgrade of the server") { target in
            let request = RawRequest(.get, "public", "x")
            let key = Array(OpenSSLClient.key("device-2", target.folder.insiderKey.key).dropFirst(2))
            let port = target.secure.port
            var (tries, gotThrough) = (0, 0)
            for arguments in [
                ["-cipher", "PSK-NULL-SHA256:PSK-NULL-SHA:@SECLEVEL=0"] + key,
                ["-cipher", "aNULL:eNULL:@SECLEVEL=0"] + key,
                ["-cipher", "PSK-AES128-CBC-SHA256:@SECLEVEL=0"] + key,
                ["-cipher", "PSK:ALL:@SECLEVEL=0", "-legacy_renegotiation"] + key,
            ] {
                tries += 1
                let answer = try await OpenSSLClient.ask(
                    port, request, arguments,
                    version: arguments.contains("-legacy_renegotiation") ? "-dtls1" : "-dtls1_2", seconds: 5)
                if answer.isAnswered { gotThrough += 1 }
            }
            let plain = try AttackSocket(to: port)
            for _ in 0..<50 {
                plain.send(request.bytes)
                plain.send(Record.make(Record.application, request.bytes))
                tries += 2
            }
            let runs = try await target.witness().runs(of: "")
            let answers = plain.received().count { $0.contains(request.message.token.bytes) }
            let open = try await Target.with([]) { other in
                _ = try await AttackSocket(to: other.plain.port).ask(request.bytes)
                return try await other.witness().runs(of: "GET /public")
            }
            return AttackBench.Outcome(
                tries: tries, gotThrough: gotThrough + runs + answers, control: ("the plain port", open))
        }
    }
}
