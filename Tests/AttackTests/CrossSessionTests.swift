// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("One peer's bad datagram does not end another peer's session")
struct CrossSessionTests {
    /// DTLSv1_listen leaves an error behind for a malformed hello; the next undecryptable record on any session would then
    /// be read as that session's own failure.
    @Test("A malformed hello, then a forged record from an established peer's address")
    func staleErrorQueue() async throws {
        let key = try PreSharedKey(identity: "me", key: Secret("a key of sixteen and more".utf8))
        let router = Router()
        router.get("ok") { _, _ in "ok" }
        try await Loopback.withServer(
            router, endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(try PreSharedKeyTable([key]))
        ) { uris in
            let relay = try UDPRelay(to: uris[0])
            defer { relay.stop() }
            var behind = uris[0]
            behind.port = relay.port
            let stranger = try RawSocket(to: uris[0])
            try await CoAPClient.withSession(
                to: behind, security: .preSharedKey(key), configuration: Target.patient
            ) { session in
                let before = try await session.get("ok")
                #expect(before.text == "ok")
                let info = await session.connectionInfo
                // Under load the server reads many datagrams at each wake-up, and the two stand side by side in one batch.
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<64 {
                        group.addTask { for _ in 0..<100 { _ = try await session.get("ok") } }
                    }
                    for round in 0..<2000 {
                        stranger.send([22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
                        relay.sendToServer(
                            [23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 99, 0, 24] + [UInt8](repeating: 7, count: 24))
                        if round.isMultiple(of: 20) { await Task.yield() }
                    }
                    try await group.waitForAll()
                }
                let after = try await session.get("ok")
                #expect(after.text == "ok")
                // The same connection answered: a new one would have made a handshake of its own.
                let still = await session.connectionInfo
                #expect(still == info)
                #expect(relay.handshakes == 1)
            }
        }
    }
}
