// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Logging
import Metrics
import MetricsTestKit
import Testing

@testable import CoAP

@Suite("Requests under a policy", .timeLimit(.minutes(5)))
struct AccessControlTests {
    private static func router(_ access: AccessControl, calls: CallCounter = CallCounter()) -> Router {
        let router = Router()
        router.add(access)
        for method in CoAP.Method.allCases {
            router.on(method, "things/{name}") { _, _ -> Response in
                calls.increment()
                return Response(method.successCode)
            }
        }
        router.get("open", attributes: .init(resourceType: "o")) { _, _ in "open" }
        router.put("open") { _, _ in Response(.changed) }
        router.get("hidden", attributes: .init(resourceType: "h")) { _, _ in "hidden" }
        router.put("drop") { _, _ in Response(.changed) }
        return router
    }

    private static func peer(_ identity: PeerIdentity) -> Peer { Peer(identity: identity) }

    @Test("Nobody gets 4.01, somebody without the right 4.03, and no handler hears of it")
    func refusals() async throws {
        let calls = CallCounter()
        let access = AccessControl(AccessPolicy { Allow("psk:me", .read, "things/a") })
        let tester = RouterTester(Self.router(access, calls: calls))
        func code(_ identity: PeerIdentity, _ method: CoAP.Method, _ path: String) async throws -> Code {
            try await tester.response(method, path, from: Self.peer(identity)).code
        }
        let me = IdentityPatternTests.key("me")
        for method in CoAP.Method.allCases {
            #expect(try await code(.anonymous, method, "things/a") == .unauthorized)
            #expect(try await code(IdentityPatternTests.certificate("me"), method, "things/a") == .forbidden)
            let isRead = method == .get || method == .fetch
            #expect(try await code(me, method, "things/a") == (isRead ? .content : .forbidden))
        }
        #expect(calls.count == 2)
        // What does not exist is refused the same way, with the same words.
        for path in ["things/b", "nothing", "things/a/b", ""] {
            let exists = try await tester.response(.get, "hidden", from: Self.peer(me))
            let answer = try await tester.response(.get, path, from: Self.peer(me))
            #expect(answer == exists && answer.code == .forbidden, "\(path)")
        }
    }

    @Test("Another policy holds from the next request on")
    func update() async throws {
        let access = AccessControl(AccessPolicy { Allow("anybody", .read, "open") })
        let tester = RouterTester(Self.router(access))
        #expect(try await tester.response(.get, "open").code == .content)
        access.update(AccessPolicy { Allow("anybody", .read, "hidden") })
        #expect(try await tester.response(.get, "open").code == .unauthorized)
        #expect(try await tester.response(.get, "hidden").code == .content)
        #expect(access.policy.rules.count == 1)
    }

    @Test("The list of resources shows each peer what it may use")
    func discovery() async throws {
        let access = AccessControl(
            AccessPolicy {
                Allow("anybody", .read, "open")
                Allow("psk:me", .write, "drop", "hidden")
                Allow("cert:*", .all, "**")
                Deny("cert:guest", .read, "hidden")
            })
        let tester = RouterTester(Self.router(access))
        func list(_ identity: PeerIdentity, _ query: String = "") async throws -> String {
            let answer = try await tester.response(.get, ".well-known/core\(query)", from: Self.peer(identity))
            #expect(answer.code == .content)
            return answer.text
        }
        #expect(try await list(.anonymous) == "</open>;rt=\"o\"")
        // The resource knows no method that is allowed.
        #expect(try await list(IdentityPatternTests.key("me")) == "</open>;rt=\"o\",</drop>")
        #expect(try await list(IdentityPatternTests.certificate("op")) == "</open>;rt=\"o\",</hidden>;rt=\"h\",</drop>")
        #expect(try await list(IdentityPatternTests.certificate("guest")) == "</open>;rt=\"o\",</drop>")
        #expect(try await list(.anonymous, "?rt=h") == "")
        access.update(AccessPolicy {})
        #expect(try await list(IdentityPatternTests.certificate("op")) == "")
        let written = try await tester.response(.put, ".well-known/core", from: Self.peer(.anonymous))
        #expect(written.code == .unauthorized)
    }

    @Test("Of two policies both must allow, and the list shows what both do")
    func two() async throws {
        let router = Router()
        router.add(AccessControl(AccessPolicy { Allow("anybody", .all, "a", "b") }))
        router.add(AccessControl(AccessPolicy { Allow("anybody", .read, "b", "c") }))
        for path in ["a", "b", "c"] { router.get(path) { _, _ in path } }
        let tester = RouterTester(router)
        #expect(try await tester.response(.get, "a").code == .unauthorized)
        #expect(try await tester.response(.get, "b").code == .content)
        #expect(try await tester.response(.get, "c").code == .unauthorized)
        #expect(try await tester.response(.get, ".well-known/core").text == "</b>")
    }

    /// Keeps every line that is logged.
    private struct Recorder: LogHandler {
        let lines: Locked<[String]>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        func log(event: LogEvent) {
            lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
    }

    @Test("Refusals are counted by code, and logged once a minute for each route")
    func observability() async throws {
        let metrics = TestMetrics()
        let lines = Locked<[String]>([])
        try await withMetricsFactory(metrics) {
            let access = AccessControl(AccessPolicy { Allow("anybody", .read, "a") })
            let logger = Logger(label: "test") { _ in Recorder(lines: lines) }
            let next: @Sendable (Request, RequestContext) async throws -> Response = { _, _ in Response(.content) }
            for name in ["evil\n\u{1B}[2J", "b", "c"] {
                let context = RequestContext(peer: Self.peer(IdentityPatternTests.key(name)), logger: logger)
                await #expect(throws: ResponseError.self) {
                    try await access.handle(try Request(.put, "a"), context: context, next: next)
                }
            }
            let nobody = RequestContext(peer: Self.peer(.anonymous), logger: logger)
            await #expect(throws: ResponseError.self) {
                try await access.handle(try Request(.get, "x"), context: nobody, next: next)
            }
            let answer = try await access.handle(try Request(.get, "a"), context: nobody, next: next)
            #expect(answer.code == .content)
        }
        #expect(try metrics.expectCounter("coap.server.refusals", [("code", "4.03")]).totalValue == 3)
        #expect(try metrics.expectCounter("coap.server.refusals", [("code", "4.01")]).totalValue == 1)
        let all = lines.withLock { $0 }
        #expect(all.count == 1 && all[0].hasPrefix("notice request refused by the policy"), "\(all)")
        #expect(all[0].contains("psk:evil\\x0a\\x1b[2J") && all[0].contains("4.03"), "\(all)")
    }
}
