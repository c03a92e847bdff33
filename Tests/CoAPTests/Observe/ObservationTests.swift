// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("Observing a server's resources over UDP (RFC 7641)", .timeLimit(.minutes(15)))
struct ObservationTests {
    /// A resource that counts how often its handler was asked.
    private final class Fixture: Sendable {
        let calls = CallCounter()
        let value = Locked("0")
        let resource = Locked<ObservableResource?>(nil)

        func register(on router: Router, _ policy: NotificationPolicy = .default) {
            let resource = router.observable("t", notifications: policy) { [calls, value] _, _ in
                calls.increment()
                return value.withLock { $0 }
            }
            self.resource.withLock { $0 = resource }
        }

        func set(_ text: String) {
            value.withLock { $0 = text }
            resource.withLock { $0 }?.changed()
        }

        var observers: Int { resource.withLock { $0 }?.observerCount ?? -1 }
    }

    private func withServer(
        _ policy: NotificationPolicy = .default, _ configuration: ServerConfiguration = ServerConfiguration(),
        router: Router = Router(), _ body: @escaping @Sendable (Fixture, CoAPURI) async throws -> Void
    ) async throws {
        let fixture = Fixture()
        fixture.register(on: router, policy)
        try await Loopback.withServer(router, configuration: configuration) { uris in try await body(fixture, uris[0]) }
    }

    @Test("What a request says of its transfer parts no observers; a large one is answered and not kept")
    func shared() async throws {
        let router = Router()
        router.observable("f", method: .fetch) { request, _ in "\(request.payload.count)" }
        try await withServer(router: router) { fixture, uri in
            let clients = [try ObservingSocket(to: uri), try ObservingSocket(to: uri)]
            for (index, client) in clients.enumerated() {
                var options = try Request(.get, "t").options
                options.observe = 0
                options.echo = [UInt8(index)]
                options.requestTags = [[UInt8(index)]]
                options.block2 = BlockOption(number: 0, size: index == 0 ? 64 : 128)
                client.socket.send(
                    Message(
                        .confirmable, Method.get.code, messageID: UInt16(index), options: options
                    ).bytes)
                let answer = try await client.next()
                #expect(answer.options.observe != nil)
            }
            let before = fixture.calls.count
            fixture.set("1")
            for client in clients { _ = try await client.next() }
            #expect(fixture.calls.count == before + 1, "rendered once for both")
            let client = try ObservingSocket(to: uri)
            let small = try await client.answer("f", method: .fetch, token: [4], observe: 0, payload: [1])
            #expect(small.options.observe != nil)
            let large = try await client.answer(
                "f", method: .fetch, token: [5], observe: 0, payload: Array(repeating: 1, count: 1025))
            #expect(large.code == .content && large.options.observe == nil)
        }
    }

    @Test("A registration is answered with Observe, and changes come with the token and growing numbers")
    func registration() async throws {
        try await withServer { fixture, uri in
            let client = try ObservingSocket(to: uri)
            let first = try await client.answer("t", token: [7, 8], observe: 0)
            #expect(first.type == .acknowledgement && first.code == .content)
            var last = try #require(first.options.observe)
            #expect(fixture.observers == 1)
            for text in ["1", "2", "3"] {
                fixture.set(text)
                let notification = try await client.next()
                #expect(notification.token.bytes == [7, 8])
                #expect(notification.type == .nonConfirmable)
                #expect(notification.payload == Array(text.utf8))
                let number = try #require(notification.options.observe)
                #expect(number > last)
                last = number
            }
        }
    }

    @Test("The list of resources says obs")
    func discovery() async throws {
        try await withServer { _, uri in
            let client = try ObservingSocket(to: uri)
            let answer = try await client.answer(".well-known/core")
            #expect(String(decoding: answer.payload, as: UTF8.self).contains("</t>;obs"))
        }
    }

    @Test("Every fifth notification is confirmable; until it is acknowledged newer ones wait, then the newest comes")
    func confirmable() async throws {
        try await withServer { fixture, uri in
            let client = try ObservingSocket(to: uri)
            _ = try await client.answer("t", observe: 0)
            for text in ["1", "2", "3", "4"] {
                fixture.set(text)
                #expect(try await client.next().type == .nonConfirmable)
            }
            fixture.set("5")
            let confirmable = try await client.next()
            #expect(confirmable.type == .confirmable)
            fixture.set("6")
            fixture.set("7")
            #expect(await client.isSilent())
            client.acknowledge(confirmable)
            let newest = try await client.next()
            #expect(newest.payload == Array("7".utf8) && newest.type == .nonConfirmable)
            #expect(await client.isSilent())
        }
    }

    @Test("A reset to a notification, confirmable or not, ends the observation", arguments: [1, 100])
    func reset(period: Int) async throws {
        try await withServer(.confirmableEvery(period)) { fixture, uri in
            let client = try ObservingSocket(to: uri)
            _ = try await client.answer("t", observe: 0)
            fixture.set("1")
            let notification = try await client.next()
            #expect(notification.type == (period == 1 ? .confirmable : .nonConfirmable))
            client.reset(notification)
            // Behind the reset, a request whose answer shows that the server has passed it.
            _ = try await client.answer("t", token: [9])
            #expect(fixture.observers == 0)
            fixture.set("2")
            #expect(await client.isSilent())
        }
    }

    @Test("Observe 1 ends the observation and is answered without Observe")
    func deregistration() async throws {
        try await withServer { fixture, uri in
            let client = try ObservingSocket(to: uri)
            _ = try await client.answer("t", observe: 0)
            // Another token is another observation.
            _ = try await client.answer("t", token: [2], observe: 0)
            #expect(fixture.observers == 2)
            let answer = try await client.answer("t", observe: 1)
            #expect(answer.code == .content && answer.options.observe == nil)
            #expect(fixture.observers == 1)
            fixture.set("1")
            #expect(try await client.next().token.bytes == [2])
            #expect(await client.isSilent())
        }
    }

    @Test("A registration with the same token replaces the one before")
    func replacement() async throws {
        try await withServer { fixture, uri in
            let client = try ObservingSocket(to: uri)
            let first = try await client.answer("t", observe: 0).options.observe
            let second = try await client.answer("t", observe: 0).options.observe
            #expect(try #require(second) > #require(first))
            #expect(fixture.observers == 1)
            fixture.set("1")
            _ = try await client.next()
            #expect(await client.isSilent())
        }
    }

    @Test("Beyond the limits a registration is answered as a request without Observe")
    func limits() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumObservationsPerSession = 2
        configuration.maximumObservations = 3
        try await withServer(.default, configuration) { fixture, uri in
            let clients = try (0..<2).map { _ in try ObservingSocket(to: uri) }
            for token in 1...2 as ClosedRange<UInt8> {
                #expect(try await clients[0].answer("t", token: [token], observe: 0).options.observe != nil)
            }
            let third = try await clients[0].answer("t", token: [3], observe: 0)
            #expect(third.code == .content && third.options.observe == nil)
            #expect(try await clients[1].answer("t", observe: 0).options.observe != nil)
            #expect(try await clients[1].answer("t", token: [2], observe: 0).options.observe == nil)
            #expect(fixture.observers == 3)
        }
    }

    @Test("However many observe, the handler is asked once for each change")
    func sharing() async throws {
        try await withServer { fixture, uri in
            let clients = try (0..<20).map { _ in try ObservingSocket(to: uri) }
            for client in clients { _ = try await client.answer("t", observe: 0) }
            let before = fixture.calls.count
            fixture.set("1")
            for client in clients { #expect(try await client.next().payload == Array("1".utf8)) }
            #expect(fixture.calls.count == before + 1)
        }
    }

    @Test("An error of the handler is the last notification: confirmable, without Observe")
    func terminalError() async throws {
        let router = Router()
        let fails = Locked(false)
        let resource = router.observable("door") { _, _ -> String in
            if fails.withLock({ $0 }) { throw ResponseError(.forbidden, "no more") }
            return "open"
        }
        try await withServer(router: router) { _, uri in
            let client = try ObservingSocket(to: uri)
            _ = try await client.answer("door", observe: 0)
            fails.withLock { $0 = true }
            resource.changed()
            let last = try await client.next()
            #expect(last.code == .forbidden && last.options.observe == nil && last.type == .confirmable)
            #expect(last.payload == Array("no more".utf8))
            client.acknowledge(last)
            #expect(resource.observerCount == 0)
            // What fails registers nothing.
            #expect(try await client.answer("door", observe: 0).options.observe == nil)
            #expect(resource.observerCount == 0)
        }
    }

    @Test("A resource that is deleted ends its observations with 4.04")
    func deleted() async throws {
        let router = Router()
        let resource = router.observable("door") { _, _ in "open" }
        router.delete("door") { _, _ in
            resource.end(with: .diagnostic(.notFound, "deleted"))
            return Response(.deleted)
        }
        try await withServer(router: router) { _, uri in
            let client = try ObservingSocket(to: uri)
            _ = try await client.answer("door", observe: 0)
            #expect(try await client.answer("door", method: .delete, token: [2]).code == .deleted)
            let last = try await client.next()
            #expect(last.code == .notFound && last.options.observe == nil && last.token.bytes == [1])
            #expect(resource.observerCount == 0)
        }
    }

    @Test("Middleware sees registrations and notifications, and can end an observation")
    func middleware() async throws {
        struct Gatekeeper: Middleware {
            let isOpen: Locked<Bool>
            func handle(
                _ request: Request, context: RequestContext,
                next: @Sendable (Request, RequestContext) async throws -> Response
            ) async throws -> Response {
                guard isOpen.withLock({ $0 }) else { throw ResponseError(.unauthorized) }
                return try await next(request, context)
            }
        }
        let isOpen = Locked(true)
        let router = Router()
        router.add(Gatekeeper(isOpen: isOpen))
        try await withServer(router: router) { fixture, uri in
            let client = try ObservingSocket(to: uri)
            #expect(try await client.answer("t", observe: 0).options.observe != nil)
            fixture.set("1")
            #expect(try await client.next().payload == Array("1".utf8))
            isOpen.withLock { $0 = false }
            fixture.set("2")
            #expect(try await client.next().code == .unauthorized)
            #expect(fixture.observers == 0)
        }
    }

    @Test("Conditions on the value: what does not cross them is not notified; malformed ones are answered 4.00")
    func conditions() async throws {
        try await withServer { fixture, uri in
            let client = try ObservingSocket(to: uri)
            fixture.set("20")
            let refused = try await client.answer("t?gt=x", observe: 0)
            #expect(refused.code == .badRequest && refused.options.observe == nil)
            #expect(try await client.answer("t?gt=22", observe: 0).options.observe != nil)
            fixture.set("21")
            #expect(await client.isSilent())
            fixture.set("23")
            #expect(try await client.next().payload == Array("23".utf8))
        }
    }

    @Test("pmin brings the newest value when it is over, pmax one although nothing changes")
    func periods() async throws {
        try await withServer { fixture, uri in
            let client = try ObservingSocket(to: uri)
            #expect(try await client.answer("t?pmin=1.5", observe: 0).options.observe != nil)
            fixture.set("1")
            fixture.set("2")
            #expect(try await client.next().payload == Array("2".utf8))
            _ = try await client.answer("t?pmax=0.2", token: [2], observe: 0)
            #expect(try await client.next().token.bytes == [2])
            #expect(try await client.next().token.bytes == [2])
        }
    }

    @Test("A server that stops ends the observations of plain peers with 5.03")
    func stopping() async throws {
        let client = Locked<ObservingSocket?>(nil)
        try await withServer { _, uri in
            let socket = try ObservingSocket(to: uri)
            client.withLock { $0 = socket }
            _ = try await socket.answer("t", observe: 0)
        }
        let last = try await #require(client.withLock({ $0 })).next()
        #expect(last.code == .serviceUnavailable && last.options.observe == nil)
    }

    @Test("FETCH observes, and its body is part of what is observed")
    func fetch() async throws {
        let router = Router()
        let resource = router.observable("f", method: .fetch) { request, _ in
            "answer to " + String(decoding: request.payload, as: UTF8.self)
        }
        try await withServer(router: router) { _, uri in
            let client = try ObservingSocket(to: uri)
            _ = try await client.answer("f", method: .fetch, token: [1], observe: 0, payload: Array("a".utf8))
            _ = try await client.answer("f", method: .fetch, token: [2], observe: 0, payload: Array("b".utf8))
            resource.changed()
            var seen: Set<String> = []
            for _ in 0..<2 { seen.insert(String(decoding: try await client.next().payload, as: UTF8.self)) }
            #expect(seen == ["answer to a", "answer to b"])
        }
    }

    @Test("A change while a slow handler answers the registration is notified after it")
    func changeInBetween() async throws {
        let gate = Gate()
        let calls = CallCounter()
        let router = Router()
        let resource = router.observable("slow") { _, _ in
            let call = calls.increment()
            if call == 1 { await gate.wait() }
            return "\(call)"
        }
        router.get("ok") { _, _ in "ok" }
        try await withServer(router: router) { _, uri in
            let client = try ObservingSocket(to: uri)
            let other = try ObservingSocket(to: uri)
            try client.request("slow", observe: 0)
            while calls.count == 0 { await Task.yield() }
            resource.changed()
            _ = try await other.answer("ok")
            await gate.open()
            var payloads: [String] = []
            while payloads.last != "2" {
                let message = try await client.next()
                if message.type == .confirmable { client.acknowledge(message) }
                if message.code == .content { payloads.append(String(decoding: message.payload, as: UTF8.self)) }
            }
            #expect(payloads == ["1", "2"])
        }
    }

    @Test("A confirmable notification that is not acknowledged is repeated as it was; a newer value takes its place")
    func repetition() async throws {
        try await withServer(.confirmable) { fixture, uri in
            let client = try ObservingSocket(to: uri)
            _ = try await client.answer("t", observe: 0)
            fixture.set("1")
            let first = try await client.next()
            let second = try await client.nextOrCopy()
            #expect(first.bytes == second.bytes && first.type == .confirmable)
            fixture.set("2")
            var newer = try await client.next()
            #expect(newer.payload == Array("2".utf8))
            // Once at once, or nearly, and in the place of what is repeated.
            while newer.type == .nonConfirmable { newer = try await client.next() }
            #expect(newer.payload == Array("2".utf8) && newer.type == .confirmable)
            #expect(newer.messageID != first.messageID)
            client.acknowledge(newer)
            _ = try await client.answer("t", token: [9])
            fixture.set("3")
            let third = try await client.next()
            #expect(third.payload == Array("3".utf8))
        }
    }

    @Test("A notification is repeated in its own time, whatever waits for longer")
    func repetitionOfAnother() async throws {
        let router = Router()
        let other = router.observable("other", notifications: .confirmable) { _, _ in "other" }
        try await withServer(.confirmable, router: router) { fixture, uri in
            let client = try ObservingSocket(to: uri)
            _ = try await client.answer("t", token: [1], observe: 0)
            _ = try await client.answer("other", token: [2], observe: 0)
            fixture.set("1")
            for _ in 0..<4 {
                let message = try await client.nextOrCopy()
                #expect(message.token.bytes == [1])
            }
            // The next copy of that is due in 16 to 24 s, two of this within 9 s.
            let changed = ContinuousClock.now
            other.changed()
            for _ in 0..<3 {
                let message = try await client.nextOrCopy()
                // A machine that is this late shows nothing: everything is due.
                guard ContinuousClock.now < changed + .seconds(15) else { break }
                #expect(message.token.bytes == [2])
            }
        }
    }

    @Test(
        "A peer that is not heard of is asked by a confirmable notification; over DTLS it stays while it acknowledges")
    func probing() async throws {
        var configuration = ServerConfiguration()
        configuration.plainSessionTimeout = .seconds(1)
        configuration.secureSessionTimeout = .seconds(1)
        try await withServer(.nonConfirmable, configuration) { fixture, uri in
            let client = try ObservingSocket(to: uri)
            _ = try await client.answer("t", observe: 0)
            for _ in 0..<2 {
                let probe = try await client.next()
                #expect(probe.type == .confirmable && probe.code == .content)
                client.acknowledge(probe)
            }
            #expect(fixture.observers == 1)
        }
    }
}
