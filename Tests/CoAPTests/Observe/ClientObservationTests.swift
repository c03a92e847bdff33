// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

/// Observations of plain servers that a test scripts.
@Suite("Observing a resource", .timeLimit(.minutes(5)))
struct ClientObservationTests {
    private static func notification(
        _ request: RawHeader, _ sequence: UInt32, _ text: String, type: MessageType = .nonConfirmable,
        messageID: UInt16 = 0, maxAge: UInt32? = nil
    ) -> [UInt8] {
        var options = Options()
        options.observe = sequence
        options.maxAge = maxAge
        return Message(
            type: type, code: .content, messageID: type == .acknowledgement ? request.messageID : messageID,
            token: request.token, options: options, payload: Array(text.utf8)
        ).bytes
    }

    /// 0 for a registration, 1 for a deregistration; nil for anything else.
    private static func observe(_ datagram: [UInt8]) -> UInt32? {
        guard datagram.count > 4, let message = RawHeader(datagram), message.code == Method.get.code else { return nil }
        let start = 4 + message.token.count
        guard start < datagram.count else { return nil }
        // The first option of these requests is Observe: number 6.
        switch datagram[start] {
        case 0x60: return 0
        case 0x61: return UInt32(datagram[start + 1])
        default: return nil
        }
    }

    private static func text(_ state: ObservationState?) -> String {
        switch state {
        case .value(let notification): notification.response.text
        case .stale: "stale"
        case .resumed: "resumed"
        case .ended(.response(let response)): "ended \(response.code.dotted)"
        case .ended(.notObserved): "ended: not observed"
        case .ended(.closed): "ended: closed"
        case .ended(.gaveUp(let error)): "gave up: \(error.code)"
        case nil: "nothing"
        }
    }

    private static func observe(
        _ server: FakeServer, count: Int, _ configuration: ObservationConfiguration = ObservationConfiguration(),
        _ client: ClientConfiguration = .patient
    ) async throws -> [String] {
        try await CoAPClient.withSession(to: server.plain, security: .plain, configuration: client) { session in
            try await session.observe("x", configuration: configuration) { states in
                var seen: [String] = []
                for try await state in states {
                    seen.append(text(state))
                    if seen.count == count { break }
                }
                return seen
            }
        }
    }

    @Test("Every copy of a confirmable response is acknowledged, and one is handed out")
    func copies() async throws {
        let server = try FakeServer { message, _, _ in
            guard let message, message.code == Method.get.code else { return [] }
            let response = Message(
                type: .confirmable, code: .content, messageID: 7, token: message.token, payload: [1]
            ).bytes
            // The empty acknowledgement first, and the response thrice.
            return [message.acknowledgement, response, response, response]
        }
        try await CoAPClient.withSession(to: server.plain, security: .plain) { session in
            let response = try await session.get("x")
            #expect(response.payload == [1])
            var acknowledged = 0
            for await datagram in server.datagrams {
                guard let message = RawHeader(datagram), message.code == .empty else { continue }
                #expect(message.type == .acknowledgement && message.messageID == 7)
                acknowledged += 1
                if acknowledged == 3 { break }
            }
        }
    }

    @Test("A copy of an earlier response is acknowledged, too, though others came in between")
    func earlierCopy() async throws {
        let server = try FakeServer { message, datagram, _ in
            guard let message, message.code == Method.get.code else { return [] }
            func response(_ id: UInt16, _ sequence: UInt32) -> [UInt8] {
                Self.notification(message, sequence, "\(id)", type: .confirmable, messageID: id)
            }
            if Self.observe(datagram) == 1 { return [message.piggybacked()] }
            return [message.acknowledgement, response(1, 1), response(2, 2), response(1, 1), response(2, 2)]
        }
        let seen = try await CoAPClient.withSession(to: server.plain, security: .plain) { session in
            try await session.observe("x") { states in
                var seen: [String] = []
                for try await state in states {
                    seen.append(Self.text(state))
                    if seen.last == "2" { break }
                }
                var ids: [UInt16] = []
                for await datagram in server.datagrams {
                    guard let message = RawHeader(datagram), message.code == .empty else { continue }
                    #expect(message.type == .acknowledgement)
                    ids.append(message.messageID)
                    if ids.count == 4 { break }
                }
                #expect(ids.filter { $0 == 1 }.count == 2)
                return seen
            }
        }
        #expect(seen.filter { $0 == "2" }.count == 1)
    }

    @Test("Notifications that were overtaken are not handed out")
    func order() async throws {
        let gate = Locked<RawHeader?>(nil)
        let server = try FakeServer { message, datagram, _ in
            guard let message else { return [] }
            switch Self.observe(datagram) {
            case 0:
                gate.withLock { $0 = message }
                return [Self.notification(message, 10, "first", type: .acknowledgement)]
            case 1: return [message.piggybacked()]
            default:
                guard let registered = gate.withLock({ $0 }), message.code == Method.get.code else { return [] }
                return [
                    Self.notification(registered, 12, "third", messageID: 3),
                    Self.notification(registered, 11, "second", messageID: 2),
                    Self.notification(registered, 12, "copy", messageID: 4), message.piggybacked(),
                ]
            }
        }
        try await CoAPClient.withSession(to: server.plain, security: .plain) { session in
            try await session.observe("x") { states in
                var iterator = states.makeAsyncIterator()
                #expect(Self.text(try await iterator.next()) == "first")
                _ = try await session.get("y")
                #expect(Self.text(try await iterator.next()) == "third")
                _ = try await session.get("y")
            }
        }
    }

    @Test("At the end the server is told to forget it, with the same token, and late notifications are refused")
    func deregistration() async throws {
        let server = try FakeServer { message, datagram, _ in
            guard let message else { return [] }
            switch Self.observe(datagram) {
            case 0: return [Self.notification(message, 1, "first", type: .acknowledgement)]
            case 1:
                return [
                    Self.notification(message, 2, "late", type: .confirmable, messageID: 77), message.piggybacked(),
                ]
            default: return []
            }
        }
        try await CoAPClient.withSession(to: server.plain, security: .plain) { session in
            let value = try await session.observe("x") { states in
                var iterator = states.makeAsyncIterator()
                return Self.text(try await iterator.next())
            }
            #expect(value == "first")
            let requests = server.received.filter { Self.observe($0) != nil }
            #expect(requests.map(Self.observe) == [0, 1])
            #expect(Set(requests.map { RawHeader($0)?.token }).count == 1)
            for await datagram in server.datagrams {
                guard let message = RawHeader(datagram), message.code == .empty else { continue }
                #expect(message.type == .reset && message.messageID == 77)
                break
            }
        }
    }

    @Test("A cancelled task deregisters and does not hang, though the server says nothing any more")
    func cancelled() async throws {
        let server = try FakeServer { message, datagram, _ in
            guard let message, Self.observe(datagram) == 0 else { return [] }
            return [Self.notification(message, 1, "first", type: .acknowledgement)]
        }
        let started = CallCounter()
        let task = Task {
            try await CoAPClient.withSession(to: server.plain, security: .plain) { session in
                try await session.observe("x") { states in
                    for try await _ in states { started.increment() }
                }
            }
        }
        while started.count == 0 { try await Task.sleep(for: .milliseconds(5)) }
        let begin = ContinuousClock.now
        task.cancel()
        let error = await #expect(throws: CoAPError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(ContinuousClock.now - begin < .seconds(60))
        #expect(server.received.contains { Self.observe($0) == 1 })
    }

    @Test("A response of no success ends it, and nobody is told to forget")
    func terminal() async throws {
        let server = try FakeServer { message, datagram, _ in
            guard let message, Self.observe(datagram) == 0 else { return [] }
            return [
                Self.notification(message, 1, "first", type: .acknowledgement),
                Message(type: .nonConfirmable, code: .notFound, messageID: 9, token: message.token).bytes,
            ]
        }
        let seen = try await Self.observe(server, count: 9)
        #expect(seen.last == "ended 4.04")
        #expect(!server.received.contains { Self.observe($0) == 1 })
    }

    @Test("A server that does not observe gives one value")
    func notObserved() async throws {
        let server = try FakeServer { message, _, _ in
            [message?.piggybacked(payload: Array("plain".utf8))].compactMap { $0 }
        }
        let seen = try await Self.observe(server, count: 9)
        #expect(seen == ["plain", "ended: not observed"])
    }

    @Test("When Max-Age has passed it is stale, and a new registration with the same token resumes it")
    func watchdog() async throws {
        var configuration = ObservationConfiguration()
        configuration.tolerance = .zero
        configuration.minimumRenewalDelay = .milliseconds(10)
        configuration.maximumRenewalDelay = .milliseconds(50)
        let registrations = CallCounter()
        let server = try FakeServer { message, datagram, _ in
            guard let message, let observe = Self.observe(datagram) else { return [] }
            guard observe == 0 else { return [message.piggybacked()] }
            let number = registrations.increment()
            return [Self.notification(message, 1, "\(number)", type: .acknowledgement, maxAge: 1)]
        }
        let seen = try await Self.observe(server, count: 7, configuration)
        // A slow reader may miss a value that a newer one has replaced, but no state.
        #expect(seen.prefix(3) == ["1", "stale", "resumed"])
        #expect(seen.contains { (Int($0) ?? 0) > 1 })
        #expect(Set(server.received.map { RawHeader($0)?.token }).count == 1)
    }

    @Test("A server that does not answer at first is asked again")
    func patience() async throws {
        var configuration = ObservationConfiguration()
        configuration.retryDelay = .milliseconds(20)
        var client = ClientConfiguration.patient
        client.requestTimeout = .milliseconds(200)
        let server = try FakeServer { message, datagram, number in
            guard number > 2, let message, Self.observe(datagram) == 0 else { return [] }
            return [Self.notification(message, 1, "first", type: .acknowledgement)]
        }
        let seen = try await Self.observe(server, count: 3, configuration, client)
        #expect(seen == ["stale", "resumed", "first"])
    }

    @Test("It gives up after as many failures as it was told")
    func gaveUp() async throws {
        var configuration = ObservationConfiguration()
        configuration.retryDelay = .milliseconds(20)
        configuration.maximumFailedRegistrations = 2
        var client = ClientConfiguration.patient
        client.requestTimeout = .milliseconds(100)
        let server = try FakeServer()
        let seen = try await Self.observe(server, count: 9, configuration, client)
        #expect(seen == ["stale", "gave up: timeout"])
    }

    @Test("A registration that is refused with a reset is thrown")
    func refused() async throws {
        let server = try FakeServer { message, _, _ in [message?.reset].compactMap { $0 } }
        let error = await #expect(throws: CoAPError.self) { try await Self.observe(server, count: 1) }
        #expect(error?.code == .protocolError)
    }

    @Test("A slow reader gets the newest value")
    func slow() async throws {
        let registered = Locked<RawHeader?>(nil)
        let server = try FakeServer { message, datagram, _ in
            guard let message else { return [] }
            switch Self.observe(datagram) {
            case 0:
                registered.withLock { $0 = message }
                return [Self.notification(message, 1, "1", type: .acknowledgement)]
            case 1: return [message.piggybacked()]
            default:
                guard let registered = registered.withLock({ $0 }), message.code == Method.get.code else { return [] }
                return (2...50 as ClosedRange<UInt32>).map {
                    Self.notification(registered, $0, "\($0)", messageID: UInt16($0))
                } + [message.piggybacked()]
            }
        }
        try await CoAPClient.withSession(to: server.plain, security: .plain) { session in
            try await session.observe("x") { states in
                var iterator = states.makeAsyncIterator()
                #expect(Self.text(try await iterator.next()) == "1")
                _ = try await session.get("y")
                #expect(Self.text(try await iterator.next()) == "50")
            }
        }
    }

    @Test("The end of the session ends it")
    func closed() async throws {
        let server = try FakeServer { message, datagram, _ in
            guard let message, Self.observe(datagram) == 0 else { return [] }
            return [Self.notification(message, 1, "first", type: .acknowledgement)]
        }
        let seen = try await CoAPClient.withSession(to: server.plain, security: .plain) { session in
            try await session.observe("x") { states in
                var seen: [String] = []
                for try await state in states {
                    seen.append(Self.text(state))
                    if seen.count == 1 { await session.close() }
                }
                return seen
            }
        }
        #expect(seen == ["first", "ended: closed"])
    }

    @Test("A server that wants to know where the client is gets its answer (RFC 9175 §2.4)", arguments: [true, false])
    func challenged(isDone: Bool) async throws {
        if isDone {
            // Our own server, as it challenges peers that are not on this host.
            let router = Router()
            router.observable("x") { _, _ in "1" }
            var configuration = ServerConfiguration()
            configuration.addressValidation = .allPeers
            try await Loopback.withServer(router, configuration: configuration) { uris in
                try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                    try await session.observe("x") { states in
                        for try await state in states {
                            #expect(Self.text(state) == "1")
                            return
                        }
                    }
                }
            }
        } else {
            // One that is never content is asked twice, not for ever.
            let server = try FakeServer.answering { _, number in
                var challenge = Response(.unauthorized)
                challenge.options.echo = [UInt8(number)]
                return challenge
            }
            let seen = try await Self.observe(server, count: 5)
            #expect(seen == ["ended 4.01"] && server.requests.count == 2)
        }
    }

    @Test("An empty challenge is none, and its refusal stands (RFC 9175 §2.2.1)")
    func noChallenge() async throws {
        let server = try FakeServer.answering { _, _ in
            var refusal = Response(.unauthorized)
            refusal.options.echo = []
            return refusal
        }
        let seen = try await Self.observe(server, count: 5)
        #expect(seen == ["ended 4.01"] && server.requests.count == 1)
    }

    @Test("Values of several blocks come in the client's size, whatever the server sends first")
    func blocks() async throws {
        let text = String(repeating: "0123456789", count: 300)
        let value = Locked(text)
        let router = Router()
        let resource = router.observable("x") { _, _ in value.withLock { $0 } }
        try await Loopback.withServer(router) { uris in
            var configuration = ClientConfiguration.patient
            configuration.blockSize = 64
            try await CoAPClient.withSession(to: uris[0], security: .plain, configuration: configuration) { session in
                try await session.observe("x") { states in
                    var iterator = states.makeAsyncIterator()
                    let first = try await iterator.next()
                    #expect(Self.text(first) == text)
                    value.withLock { $0 = text + "!" }
                    resource.changed()
                    let second = try await iterator.next()
                    #expect(Self.text(second) == text + "!")
                }
            }
            // What is sent is of the size that was asked for.
            let client = try ObservingSocket(to: uris[0])
            var options = try Request(.get, "x").options
            options.observe = 0
            options.block2 = BlockOption(number: 0, size: 128)
            client.socket.send(Message(.confirmable, Method.get.code, messageID: 1, options: options).bytes)
            let answer = try await client.next()
            #expect(answer.options.block2?.size == 128)
            value.withLock { $0 = text + "?" }
            resource.changed()
            let notification = try await client.next()
            #expect(notification.options.observe != nil)
            #expect(notification.options.block2 == BlockOption(number: 0, hasMore: true, size: 128))
        }
        // A server that knows no wish.
        let body = BlockBody(bytes: Array(text.utf8))
        let server = try FakeServer.answering { request, _ in
            guard request.options.observe != nil else { return body.answer(request.options.block2) }
            var first = body.answer(nil)
            first.options.observe = 1
            return first
        }
        var configuration = ClientConfiguration.patient
        configuration.blockSize = 256
        let seen = try await Self.observe(server, count: 1, ObservationConfiguration(), configuration)
        #expect(seen == [text])
    }

    @Test("An error to a later block is no value, and the value is asked for anew")
    func missedBlocks() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(3_000))
        let refusals = Locked(0)
        let server = try FakeServer.answering { request, _ in
            guard request.options.observe == 0 else {
                let refuses = refusals.withLock { count in
                    count += 1
                    return count == 1
                }
                return refuses ? Response(.serviceUnavailable) : body.answer(request.options.block2)
            }
            var first = body.answer(nil)
            first.options.observe = 1
            first.options.maxAge = UInt32.max
            return first
        }
        var configuration = ObservationConfiguration()
        configuration.retryDelay = .milliseconds(20)
        configuration.minimumRenewalDelay = .zero
        var states: [ObservationState] = []
        states = try await CoAPClient.withSession(to: server.plain, security: .plain) { session in
            try await session.observe("x", configuration: configuration) { all in
                var seen: [ObservationState] = []
                for try await state in all {
                    seen.append(state)
                    if case .value = state { break }
                }
                return seen
            }
        }
        guard case .value(let notification) = states.last else { throw CoAPError(.internal, "no value") }
        #expect(notification.response.payload == body.bytes && notification.response.code == .content)
        #expect(server.requests.count { $0.options.observe == 0 } == 2)
    }

    @Test("A cancelled reader does not take another one's turn")
    func cancelledReader() async throws {
        let channel = ObservationChannel()
        let first = Task { try await channel.next() }
        while !channel.isRead { await Task.yield() }
        let second = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await channel.next()
        }
        let error = await #expect(throws: CoAPError.self) { try await second.value }
        #expect(error?.code == .cancelled)
        channel.add([.resumed])
        let state = try await first.value
        #expect(state == .resumed)
    }

    @Test("A configuration that makes no sense is refused")
    func configuration() async throws {
        let server = try FakeServer()
        let wrong = { (configuration: ObservationConfiguration) in
            var configuration = configuration
            configuration.retryDelay = .zero
            return configuration
        }(ObservationConfiguration())
        let error = await #expect(throws: CoAPError.self) {
            _ = try await Self.observe(server, count: 1, wrong)
        }
        #expect(error?.code == .invalidArgument)
    }
}
