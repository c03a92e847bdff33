// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Foundation
import Testing

@Suite("Credentials that change while the server runs", .timeLimit(.minutes(5)))
struct SecurityUpdateTests {
    private static func key(_ identity: String, _ text: String = "a key of sixteen and more") throws -> PreSharedKey {
        try PreSharedKey(identity: identity, key: Secret(text.utf8))
    }

    private static func security(_ keys: PreSharedKey...) throws -> ServerSecurity {
        .preSharedKeys(try PreSharedKeyTable(keys))
    }

    /// A server that says who asks, and counts for whoever observes.
    private func withServer(
        _ security: ServerSecurity, endpoints: [ServerEndpoint] = [.coaps("::1", port: 0)],
        configuration: ServerConfiguration = ServerConfiguration(),
        _ body: @escaping @Sendable (CoAPServer, CoAPURI, ObservableResource) async throws -> Void
    ) async throws {
        let router = Router()
        router.get("me") { _, context in "\(context.peer.identity)" }
        let resource = router.observable("value") { _, _ in "value" }
        try await Loopback.withServer(
            router, endpoints: endpoints, security: security, configuration: configuration
        ) { try await body($0, $1[0], resource) }
    }

    private func expect(_ identity: String, _ session: ClientSession) async throws {
        let answer = try await session.get("me")
        #expect(answer.text == identity)
    }

    @Test("Who is taken out loses its session at once and cannot return; others notice nothing")
    func removed() async throws {
        let (good, bad) = (try Self.key("good"), try Self.key("bad"))
        try await withServer(try Self.security(good, bad)) { server, uri, resource in
            try await CoAPClient.withSession(to: uri, security: .preSharedKey(good)) { kept in
                try await kept.observe("value") { notifications in
                    var values = notifications.makeAsyncIterator()
                    _ = try await values.next()
                    try await CoAPClient.withSession(to: uri, security: .preSharedKey(bad)) { lost in
                        try await expect("psk:bad", lost)
                        let update = try await server.update(security: try Self.security(good))
                        #expect(update.closed == [.preSharedKey(Array("bad".utf8))] && update.kept == 1)
                        // The client hears the farewell and tries again, in vain. Its request may be quicker than the farewell.
                        var refused = await #expect(throws: CoAPError.self) { _ = try await lost.get("me") }
                        if refused?.code == .closed {
                            refused = await #expect(throws: CoAPError.self) { _ = try await lost.get("me") }
                        }
                        #expect(refused?.code == .handshakeFailed, "\(String(describing: refused))")
                    }
                    resource.changed()
                    let next = try await values.next()
                    #expect(next != nil)
                    try await expect("psk:good", kept)
                }
            }
            await #expect(throws: CoAPError.self) {
                try await CoAPClient.withSession(to: uri, security: .preSharedKey(bad)) { _ in }
            }
        }
    }

    @Test("A key that is exchanged ends the sessions that came by the old one")
    func exchanged() async throws {
        let (old, new) = (try Self.key("me"), try Self.key("me", "another key of sixteen and more"))
        try await withServer(try Self.security(old)) { server, uri, _ in
            try await CoAPClient.withSession(to: uri, security: .preSharedKey(old)) { session in
                _ = try await session.get("me")
                let same = try await server.update(security: try Self.security(try Self.key("me")))
                #expect(same.closed.isEmpty && same.kept == 1)
                let update = try await server.update(security: try Self.security(new))
                #expect(update.closed.count == 1 && update.kept == 0)
            }
            try await CoAPClient.withSession(to: uri, security: .preSharedKey(new)) { session in
                try await expect("psk:me", session)
            }
        }
    }

    @Test("A key of another identity is still its holder's; one that was given to somebody else is not")
    func holder() async throws {
        let mine = try PreSharedKey(
            identity: Array("me.2".utf8), key: Secret("a key of sixteen and more".utf8), holder: Array("me".utf8))
        let theirs = try PreSharedKey(identity: mine.identity, key: mine.key, holder: Array("them".utf8))
        try await withServer(try Self.security(mine)) { server, uri, _ in
            try await CoAPClient.withSession(to: uri, security: .preSharedKey(mine)) { session in
                try await expect("psk:me", session)
                let update = try await server.update(security: try Self.security(theirs))
                #expect(update.closed.count == 1)
            }
        }
    }

    @Test("A key that runs out ends its sessions and lets nobody in")
    func expiry() async throws {
        let last = Int64(Date.now.timeIntervalSince1970) + 3
        let key = try PreSharedKey(
            identity: Array("me".utf8), key: Secret("a key of sixteen and more".utf8), notAfter: last)
        var configuration = ServerConfiguration()
        configuration.secureSessionTimeout = .seconds(8)
        try await withServer(try Self.security(key), configuration: configuration) { _, uri, _ in
            await #expect(throws: CoAPError.self) {
                try await CoAPClient.withSession(to: uri, security: .preSharedKey(key)) { session in
                    // Each request is answered until then, and the first one behind it is not. Not as many as can be: other
                    // tests want to go on meanwhile.
                    while true {
                        _ = try await session.get("me")
                        try await Task.sleep(for: .milliseconds(10))
                    }
                }
            }
            #expect(Int64(Date.now.timeIntervalSince1970) >= last)
            await #expect(throws: CoAPError.self) {
                try await CoAPClient.withSession(to: uri, security: .preSharedKey(key)) { _ in }
            }
        }
    }

    @Test("What no handshake can go by is refused, and what was there stays")
    func refused() async throws {
        let key = try Self.key("me")
        try await withServer(try Self.security(key)) { server, uri, _ in
            let error = await #expect(throws: CoAPError.self) {
                try await server.update(security: ServerSecurity())
            }
            #expect(error?.code == .invalidCredentials)
            try await CoAPClient.withSession(to: uri, security: .preSharedKey(key)) { session in
                try await expect("psk:me", session)
            }
        }
        try await withServer(try Self.security(key), endpoints: [.coap("::1", port: 0)]) { server, _, _ in
            let error = await #expect(throws: CoAPError.self) {
                try await server.update(security: try Self.security(key))
            }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test("An update before the start is what the server starts by")
    func early() async throws {
        let key = try Self.key("me")
        let router = Router()
        router.get("me") { _, context in "\(context.peer.identity)" }
        let (listening, uris) = AsyncStream.makeStream(of: [CoAPURI].self)
        let server = CoAPServer(
            endpoints: [.coaps("::1", port: 0)], security: try Self.security(try Self.key("other")), router: router,
            onListening: { uris.yield($0) })
        let update = try await server.update(security: try Self.security(key))
        #expect(update.closed.isEmpty && update.kept == 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            var iterator = listening.makeAsyncIterator()
            let uri = try #require(await iterator.next())[0]
            try await CoAPClient.withSession(to: uri, security: .preSharedKey(key)) { session in
                try await expect("psk:me", session)
            }
            group.cancelAll()
        }
    }
}
