// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("Observing over DTLS: identities, and sessions that end", .timeLimit(.minutes(15)))
struct SecureObservationTests {
    private static let keys = ["one", "two"].compactMap {
        try? PreSharedKey(identity: $0, key: Secret("a key of sixteen and more \($0)".utf8))
    }

    private static func withServer(
        _ router: Router, _ body: @escaping @Sendable (CoAPURI) async throws -> Void
    ) async throws {
        try await Loopback.withServer(
            router, endpoints: [.coaps("::1", port: 0)],
            security: .preSharedKeys(try PreSharedKeyTable(keys))
        ) { uris in try await body(uris[0]) }
    }

    /// Registers by a plain request with Observe; what is notified later the client refuses by a reset.
    private static func register(_ session: ClientSession, _ path: String) async throws(CoAPError) -> Response {
        var request = try Request(.get, path)
        request.options.observe = 0
        return try await session.request(request)
    }

    @Test("A session that ends takes its observations along")
    func sessionEnds() async throws {
        let router = Router()
        let resource = router.observable("t") { _, _ in "1" }
        try await Self.withServer(router) { uri in
            try await CoAPClient.withSession(to: uri, security: .preSharedKey(Self.keys[0])) { session in
                let answer = try await Self.register(session, "t")
                #expect(answer.options.observe != nil)
                #expect(resource.observerCount == 1)
            }
            while resource.observerCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test(
        "What one identity sees is rendered for that identity alone, unless the resource says otherwise",
        arguments: [(RepresentationSharing.sameIdentity, 2), (.allPeers, 1)])
    func identities(sharing: RepresentationSharing, renderings: Int) async throws {
        let calls = CallCounter()
        let router = Router()
        let resource = router.observable("who", sharing: sharing) { _, context in
            calls.increment()
            return "\(context.peer.identity)"
        }
        router.get("ok") { _, _ in "ok" }
        try await Self.withServer(router) { uri in
            try await CoAPClient.withSession(to: uri, security: .preSharedKey(Self.keys[0])) { one in
                try await CoAPClient.withSession(to: uri, security: .preSharedKey(Self.keys[1])) { two in
                    let first = try await Self.register(one, "who")
                    #expect(first.text == "psk:one")
                    let second = try await Self.register(two, "who")
                    #expect(second.text == "psk:two")
                    let before = calls.count
                    resource.changed()
                    while calls.count < before + renderings { try await Task.sleep(for: .milliseconds(5)) }
                    // Behind it, a request whose answer shows that no more renderings came.
                    let behind = try await one.get("ok")
                    #expect(behind.text == "ok")
                    #expect(calls.count == before + renderings)
                }
            }
        }
    }

    @Test("A handler's own number decides, whatever its text says")
    func ownNumber() async throws {
        struct Level: Representation, ObservableValue {
            static let contentFormats: [ContentFormat] = [.text]
            var observableValue: Double?
            func encoded(as format: ContentFormat) -> [UInt8] { Array("level".utf8) }
        }
        let level = Locked(1.0)
        let router = Router()
        let resource = router.observable("level") { _, _ in Level(observableValue: level.withLock { $0 }) }
        try await Loopback.withServer(router) { uris in
            let client = try ObservingSocket(to: uris[0])
            #expect(try await client.answer("level?st=5", observe: 0).options.observe != nil)
            level.withLock { $0 = 4 }
            resource.changed()
            #expect(await client.isSilent())
            level.withLock { $0 = 6 }
            resource.changed()
            #expect(try await client.next().payload == Array("level".utf8))
        }
    }
}
