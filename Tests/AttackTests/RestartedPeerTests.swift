// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import MetricsTestKit
import Testing

@Suite("A device that begins anew from its old port (RFC 6347 §4.2.8)", .timeLimit(.minutes(10)))
struct RestartedPeerTests {
    @Test("It gets in at once, again and again, and its old session is gone")
    func restarted() async throws {
        try await CountedServer.run { uri, metrics in
            let port = uri.port
            try await blocking {
                let peer = try DTLSPeer(to: port, security: try CountedServer.security())
                for _ in 0..<5 {
                    // Nothing is repeated: what the server does not take the first time is lost.
                    #expect(try peer.connect())
                    #expect(try peer.get("ok") == .content)
                }
            }
            #expect(metrics.count("coap.dtls.handshakes", "success") == 5)
            #expect(metrics.count("coap.dtls.hellos", "restarted") == 4)
            let active = try metrics.expectMeter("coap.server.active_sessions")
            #expect(active.values.last == 1)
        }
    }

    @Test("So do many at once, as after a power cut, while others go on")
    func together() async throws {
        try await CountedServer.run { uri, metrics in
            let port = uri.port
            try await CoAPClient.withSession(
                to: uri, security: try CountedServer.security(1), configuration: Target.patient
            ) { session in
                let before = await session.connectionInfo
                let load = Task {
                    while !Task.isCancelled { _ = try await session.get("ok") }
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<12 {
                        group.addTask {
                            try await blocking {
                                let peer = try DTLSPeer(to: port, security: try CountedServer.security())
                                for _ in 0..<10 {
                                    #expect(try peer.connect())
                                    #expect(try peer.get("ok") == .content)
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                load.cancel()
                _ = await load.result
                let after = await session.connectionInfo
                #expect(after == before)
            }
            #expect(metrics.count("coap.dtls.handshakes", "success") == 121)
            #expect(metrics.count("coap.dtls.hellos", "restarted") == 108)
        }
    }

    @Test("So does one that was in the middle of its handshake")
    func halfOpen() async throws {
        try await CountedServer.run { uri, metrics in
            let port = uri.port
            try await blocking {
                let peer = try DTLSPeer(to: port, security: try CountedServer.security())
                #expect(try !peer.connect(datagrams: 2))
                // What the server answers to that would be taken for an answer to the next hello.
                #expect(peer.receive() != nil)
                while peer.receive(milliseconds: 100) != nil {}
                #expect(try peer.connect())
                #expect(try peer.get("ok") == .content)
            }
            #expect(metrics.count("coap.dtls.handshakes", "success") == 1)
        }
    }

    @Test(
        "Who forges its address ends nothing: no hello without a cookie, with a wrong or another's, and no copy of its own"
    )
    func forged() async throws {
        try await CountedServer.run { uri, metrics in
            let port = uri.port
            try await blocking {
                let peer = try DTLSPeer(to: port, security: try CountedServer.security())
                #expect(try peer.connect())
                #expect(try peer.get("ok") == .content)
                let hellos = peer.sent.prefix(2)
                let stranger = try DTLSPeer(to: port, security: try CountedServer.security())
                stranger.send(HelloFlood.hello())
                let cookie = try #require(stranger.receive()).suffix(32)
                for _ in 0..<50 {
                    peer.send(HelloFlood.hello())
                    peer.send(HelloFlood.hello(cookie: [UInt8](repeating: 9, count: 32)))
                    peer.send(HelloFlood.hello(cookie: Array(cookie)))
                    for hello in hellos { peer.send(hello) }
                }
                #expect(try peer.get("ok") == .content)
            }
            #expect(metrics.count("coap.dtls.handshakes", "success") == 1)
            #expect(metrics.count("coap.dtls.hellos", "restarted") == 0)
            #expect(metrics.count("coap.dtls.hellos", "repeated") == 50)
        }
    }
}
