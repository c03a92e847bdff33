// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("Responses in messages of the server's own, on plain CoAP", .timeLimit(.minutes(5)))
struct SeparateResponseTests {
    private static func response(
        to request: RawHeader, _ type: MessageType = .confirmable, id: UInt16, _ options: Options = Options()
    ) -> [UInt8] {
        Message(type: type, code: .content, messageID: id, token: request.token, options: options, payload: [1]).bytes
    }

    private static func isRequest(_ message: RawHeader?) -> Bool { message?.code.isRequest == true }

    /// The next message that answers one of the server's.
    private static func answer(_ server: FakeServer) async -> RawHeader? {
        while let datagram = await server.next() {
            if let message = RawHeader(datagram), message.code == .empty { return message }
        }
        return nil
    }

    @Test("Two with one message id and different tokens are both taken and acknowledged", arguments: [true, false])
    func sameID(atOnce: Bool) async throws {
        let first = Locked<RawHeader?>(nil)
        let server = try FakeServer { message, _, _ in
            guard let message, Self.isRequest(message) else { return [] }
            guard atOnce else { return [message.acknowledgement, Self.response(to: message, id: 7)] }
            let other = first.withLock { first in
                defer { first = message }
                return first
            }
            guard let other else { return [message.acknowledgement] }
            return [message.acknowledgement, Self.response(to: other, id: 7), Self.response(to: message, id: 7)]
        }
        try await server.withSession({ $0.transmission.ackTimeout = .seconds(600) }) { session in
            if atOnce {
                async let one = session.get("x")
                async let two = session.get("x")
                let codes = try await [one.code, two.code]
                #expect(codes == [.content, .content])
            } else {
                for _ in 0..<2 {
                    let code = try await session.get("x").code
                    #expect(code == .content)
                }
            }
            for _ in 0..<2 {
                let answer = await Self.answer(server)
                #expect(answer?.type == .acknowledgement && answer?.messageID == 7)
            }
        }
    }

    @Test(
        "One with a critical option that nobody knows is refused by its own id, once (§5.4.1)",
        arguments: [MessageType.confirmable, .nonConfirmable])
    func criticalOption(type: MessageType) async throws {
        let server = try FakeServer { message, _, _ in
            guard let message, Self.isRequest(message) else { return [] }
            let options: Options = [CoAPOption(OptionNumber(rawValue: 9999), [1])]
            return [message.acknowledgement, Self.response(to: message, type, id: 7, options)]
        }
        try await server.withSession { session in
            let task = Task { try await session.get("x") }
            let answer = await Self.answer(server)
            #expect(answer?.type == .reset && answer?.messageID == 7)
            // Whatever else is said of it was sent in the same batch.
            try await server.catchUp()
            #expect(server.received.count { $0.count == 4 && RawHeader($0)?.code == .empty } == 1)
            task.cancel()
            _ = await task.result
        }
    }

    @Test(
        "One to a request that was given up ends its repetitions, and is refused by its own id (§5.2.2)",
        arguments: [MessageType.confirmable, .nonConfirmable])
    func givenUp(type: MessageType) async throws {
        let counts = Locked<[String: Int]>([:])
        let isGivenUp = Locked(false)
        // Which time of the request that was given up is answered.
        let answered = Locked<Int?>(nil)
        let server = try FakeServer { message, datagram, _ in
            guard let message, Self.isRequest(message), let path = Message(datagram)?.options.uriPath.first else {
                return []
            }
            let answersNow = isGivenUp.withLock { $0 }
            let count = counts.withLock { counts in
                counts[path, default: 0] += 1
                return counts[path, default: 0]
            }
            switch path {
            // Somebody waits on the session all the time, so that it is not made anew.
            case "long": return [message.acknowledgement]
            case "x":
                guard answersNow else { return [] }
                answered.withLock { $0 = $0 ?? count }
                return [Self.response(to: message, type, id: 7)]
            // By one time more than the other one had, that would have been repeated once more.
            default: return count == answered.withLock({ $0 }).map { $0 + 1 } ? [message.piggybacked()] : []
            }
        }
        try await server.withSession({
            $0.transmission.ackTimeout = .seconds(1)
            $0.transmission.ackRandomFactor = 1
        }) { session in
            let long = Task { try await session.get("long", timeout: .seconds(600)) }
            while server.received.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            let task = Task { try await session.get("x") }
            while counts.withLock({ $0["x"] }) == nil { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            let error = await #expect(throws: CoAPError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            isGivenUp.withLock { $0 = true }
            let answer = await Self.answer(server)
            #expect(answer?.type == .reset && answer?.messageID == 7)
            _ = try await session.get("y")
            long.cancel()
            _ = await long.result
        }
        let last = try #require(answered.withLock { $0 })
        #expect(counts.withLock { $0["x"] } == last)
    }

    @Test("A server that was started anew counts its ids anew: its notifications are taken")
    func begunAnew() async throws {
        let registrations = CallCounter()
        let server = try FakeServer { message, datagram, _ in
            guard let message, Self.isRequest(message), let request = Message(datagram) else { return [] }
            guard request.options.observe == 0 else { return [message.piggybacked()] }
            var options = Options()
            options.observe = 1
            // The first value runs out, upon which the client registers again.
            options.maxAge = 1
            let text = Array("\(registrations.increment())".utf8)
            let notification = Message(
                type: .confirmable, code: .content, messageID: 7, token: message.token, options: options, payload: text)
            return [message.acknowledgement, notification.bytes]
        }
        var configuration = ObservationConfiguration()
        configuration.tolerance = .zero
        configuration.minimumRenewalDelay = .milliseconds(10)
        configuration.maximumRenewalDelay = .milliseconds(50)
        try await server.withSession { session in
            try await session.observe("x", configuration: configuration) { states in
                for try await state in states {
                    if case .value(let value) = state, value.response.text != "1" { break }
                }
            }
        }
        #expect(registrations.count >= 2)
    }
}
