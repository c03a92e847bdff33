// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import TestSupport
import Testing

@Suite("Impersonation of a client", .timeLimit(.minutes(15)))
struct ClientImpersonationTests {
    private static var hasty: ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.handshakeTimeout = .seconds(4)
        return configuration
    }

    /// Asks for the secret and for what is public; true when anything is answered.
    private static func ask(
        _ target: Target, _ security: ClientSecurity, _ configuration: ClientConfiguration = hasty
    ) async -> Bool {
        do {
            return try await target.withSession(security, configuration: configuration) { session in
                _ = try await session.get("secret/x")
                _ = try await session.get("public/x")
                return true
            }
        } catch {
            return false
        }
    }

    @Test("By other keys, and by identities that look like another's")
    func keys() async throws {
        try await AttackBench.run("impersonation of a client by key") { target in
            let folder = target.folder
            let long = String(repeating: "a", count: 255)
            // Who it says it is, and with whose key: its own, none, or one that is as good as none.
            let guesses: [(identity: String, key: Secret)] = [
                ("device-1", folder.wrongKey), ("device-1", folder.insiderKey.key),
                ("device-1", Secret([UInt8](repeating: 0, count: 16))), ("", folder.insiderKey.key),
                ("nobody", folder.wrongKey), ("Device-1", folder.insiderKey.key), ("device-1 ", folder.insiderKey.key),
                (" device-1", folder.insiderKey.key), ("device-1\n", folder.insiderKey.key),
                ("device-2/../device-1", folder.insiderKey.key), ("device-?", folder.insiderKey.key),
                ("*", folder.insiderKey.key), (long, folder.insiderKey.key), (long + "a", folder.insiderKey.key),
                (String(long.dropLast()), folder.insiderKey.key),
            ]
            let connected = try await withThrowingTaskGroup(of: Bool.self) { group in
                for guess in guesses {
                    group.addTask {
                        try await OpenSSLClient.ask(
                            target.secure.port, RawRequest(.get, "secret", "x"),
                            OpenSSLClient.key(guess.identity, guess.key), seconds: 4
                        ).isAnswered
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            let witness = try await target.witness()
            // The same way with the right keys, the longest identity's among them.
            let control = try await Target.with([]) { other in
                for key in [folder.operatorKey, folder.longKey] {
                    _ = try await OpenSSLClient.ask(
                        other.secure.port, RawRequest(.get, "public", "x"),
                        OpenSSLClient.key(String(decoding: key.identity, as: UTF8.self), key.key))
                }
                let witness = try await other.witness()
                #expect(witness.runs(for: "psk:" + long) == 1)
                return witness.runs(of: "GET /public")
            }
            return AttackBench.Outcome(
                tries: guesses.count, gotThrough: connected + witness.runs(of: ""),
                control: ("who has the key", control))
        }
    }

    /// OpenSSL reads an identity up to its first zero byte.
    @Test("By identities with a zero byte in them", .enabled(if: GnuTLSClient.isThere))
    func zeroBytes() async throws {
        try await AttackBench.run("an identity with a zero byte") { target in
            let key = target.folder.insiderKey.key
            let identities = ["device-1\0device-2", "device-1\0", "\0device-1", "device-2\0device-1", "device-1\0\0\0"]
            let port = target.secure.port
            try await withThrowingTaskGroup(of: Void.self) { group in
                for identity in identities {
                    for path in ["secret", "public"] {
                        group.addTask {
                            try await GnuTLSClient.ask(port, RawRequest(.get, path, "x"), identity: identity, key: key)
                        }
                    }
                }
                try await group.waitForAll()
            }
            // Who it may be is the owner of the key, and nobody else.
            let runs = try await target.witness().runs.filter { !$0.key.hasSuffix(" psk:device-2") }
            let control = try await Target.with([]) { other in
                let key = target.folder.operatorKey.key
                try await GnuTLSClient.ask(
                    other.secure.port, RawRequest(.get, "public", "x"), identity: "device-1\0", key: key)
                return try await other.witness().runs(for: "psk:device-1")
            }
            return AttackBench.Outcome(
                tries: 2 * identities.count, gotThrough: runs.count, control: ("who has the key", control))
        }
    }

    @Test("By certificates of others, of nobody, that expired and that were revoked")
    func certificates() async throws {
        let forged = try await ForgedCertificates.shared
        let list = ["--trust", forged.trustWithList]
        try await AttackBench.run("impersonation of a client by certificate", arguments: list) { target in
            let trust = try target.folder.keys.trustAnchors()
            var gotThrough = await Self.ask(target, .certificate(trust: trust)) ? 1 : 0
            let forgeries = ForgedCertificates.clients + [ForgedCertificates.revoked]
            for forgery in forgeries {
                let security = ClientSecurity.certificate(try forged.credential(forgery), trust: trust)
                if await Self.ask(target, security) {
                    Issue.record("the server believes: \(forgery.name)")
                    gotThrough += 1
                }
                // Without Swift on the attacker's side, too.
                _ = try await OpenSSLClient.ask(
                    target.secure.port, RawRequest(.get, "secret", "x"),
                    ["-cert", forged.certificate(forgery), "-key", forged.key(forgery)], seconds: 10)
            }
            let witness = try await target.witness()
            // A server without the list lets the revoked one in: it is the list that keeps it out.
            let control = try await Target.with([]) { other in
                let security = ClientSecurity.certificate(
                    try forged.credential(ForgedCertificates.revoked), trust: trust)
                let isIn = await Self.ask(other, security, Target.patient)
                return isIn ? 1 : 0
            }
            return AttackBench.Outcome(
                tries: 1 + 2 * forgeries.count, gotThrough: gotThrough + witness.runs(of: ""),
                control: ("a server without the list", control))
        }
    }

    @Test("By resuming the session of a key that was taken back")
    func resumption() async throws {
        try await AttackBench.run("resumption with a revoked key") { target in
            let folder = target.folder
            let file = folder.path + "/session-\(UUID().uuidString).pem"
            let key = OpenSSLClient.key("device-2", folder.insiderKey.key)
            let first = try await OpenSSLClient.ask(
                target.secure.port, RawRequest(.get, "public", "x"), key + ["-sess_out", file])
            #expect(first.isAnswered)
            let isSaved = FileManager.default.fileExists(atPath: file)
            try await target.withOperator { session in
                _ = try await session.post("revoke", text: "device-2")
            }
            var tries = 0
            var gotThrough = 0
            if isSaved {
                for _ in 0..<3 {
                    tries += 1
                    let again = try await OpenSSLClient.ask(
                        target.secure.port, RawRequest(.get, "public", "x"), key + ["-sess_in", file], seconds: 5)
                    if again.isAnswered { gotThrough += 1 }
                }
            }
            // By the session's number, as the server may have given it, and by numbers at random.
            let number = first.output.firstMatch(of: /Session-ID: ([0-9A-F]{64})/)
                .flatMap { Hexadecimal.decode(String($0.1)) }
            let port = target.secure.port
            let resumed = try await AttackSocket.blocking {
                var generator = SeededGenerator(seed: 7)
                var (tries, resumed) = (0, 0)
                for turn in 0..<50 {
                    var hello = Hello(&generator)
                    hello.sessionID = turn.isMultiple(of: 2) ? number ?? hello.random : hello.random
                    let socket = try AttackSocket(to: port, from: AttackSocket.source(turn))
                    socket.send(hello.datagram)
                    guard let cookie = socket.receive(milliseconds: 20_000).flatMap(Hello.cookie(in:)) else { continue }
                    hello.cookie = cookie
                    socket.send(hello.datagram)
                    guard let answer = socket.receive(milliseconds: 20_000), let given = Hello.sessionID(in: answer)
                    else { continue }
                    tries += 1
                    if given == hello.sessionID { resumed += 1 }
                }
                return (tries, resumed)
            }
            #expect(resumed.0 > 0, "no hello came as far as the server's answer")
            let runs = try await target.witness().runs(of: "GET /public")
            let control = try await Self.resumeElsewhere(folder)
            return AttackBench.Outcome(
                tries: tries + resumed.0, gotThrough: gotThrough + resumed.1 + runs - 1,
                control: ("openssl s_server", control))
        }
    }

    /// Resumes a session of `openssl s_server` with a wrong key, which works.
    private static func resumeElsewhere(_ folder: AttackFolder) async throws -> Int {
        let port = try FreePorts.pair()
        let file = folder.path + "/session-\(UUID().uuidString).pem"
        let server = try RunningProgram(
            "openssl",
            ["s_server", "-dtls1_2", "-accept", "127.0.0.1:\(port)", "-nocert", "-mtu", "1200", "-psk"]
                + [AttackFolder.digits(folder.insiderKey.key)])
        _ = await server.wait { $0.text.contains("ACCEPT") }
        var output = ""
        for (key, option) in [(folder.insiderKey.key, "-sess_out"), (folder.wrongKey, "-sess_in")] {
            let client = try RunningProgram(
                "openssl",
                [
                    "s_client", "-dtls1_2", "-connect", "127.0.0.1:\(port)", "-psk_identity", "x", "-psk",
                    AttackFolder.digits(key), option, file,
                ])
            _ = await client.wait { $0.text.contains("Verify return code") }
            client.closeInput()
            output = await client.end().text
        }
        server.signal(SIGKILL)
        return output.contains("Reused, ") ? 1 : 0
    }
}
