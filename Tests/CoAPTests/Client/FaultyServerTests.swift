// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

/// Plain servers that misbehave, and what becomes of the requests to them.
@Suite("Servers that misbehave", .timeLimit(.minutes(15)))
struct FaultyServerTests {
    private static func configuration(outstanding: Int = 16) -> ClientConfiguration {
        var configuration = ClientConfiguration.patient
        configuration.transmission.maximumOutstanding = outstanding
        // Nothing is repeated while a test runs.
        configuration.transmission.ackTimeout = .seconds(600)
        return configuration
    }

    private static func error(
        _ server: FakeServer, timeout: Duration = .seconds(120), confirmable: Bool = true
    ) async throws -> CoAPError {
        try await CoAPClient.withSession(to: server.plain, security: .plain, configuration: configuration()) {
            session in
            let error = await #expect(throws: CoAPError.self) {
                try await session.get("x", confirmable: confirmable, timeout: timeout)
            }
            return try #require(error)
        }
    }

    private static func block(_ number: OptionNumber, _ value: UInt64) -> Options { [CoAPOption(number, uint: value)] }

    @Test("A block is not taken for the whole body", arguments: [0x0A, 0x1A, 0x12])
    func block2(value: UInt64) async throws {
        let server = try FakeServer { message, _, _ in
            [message?.piggybacked(options: Self.block(.block2, value), payload: [1, 2, 3])].compactMap { $0 }
        }
        let error = try await Self.error(server)
        #expect(error.code == .protocolError)
        #expect(error.message.contains("in blocks"), "\(error)")
    }

    @Test("A body that fits one block, and blocks that were asked for, are handed out")
    func wholeBlock() async throws {
        let server = try FakeServer { message, datagram, _ in
            // The option stands last; anywhere else the bytes may be the token's.
            let isAsked = datagram.suffix(2) == [0xC1, 0x12]
            return [message?.piggybacked(options: Self.block(.block2, isAsked ? 0x1A : 0x02), payload: [7])].compactMap
            { $0 }
        }
        try await CoAPClient.withSession(to: server.plain, security: .plain) { session in
            let whole = try await session.get("x")
            #expect(whole.payload == [7])
            let block = try await session.get("x", options: Self.block(.block2, 0x12))
            #expect(block.options.uint(.block2) == 0x1A)
        }
    }

    @Test("2.31 for a body that was sent whole breaks the protocol")
    func continued() async throws {
        let server = try FakeServer { message, _, _ in [message?.piggybacked(.continue)].compactMap { $0 } }
        let error = try await Self.error(server)
        #expect(error.code == .protocolError)
        #expect(error.message.contains("next block"))
    }

    @Test("Responses of up to one Ethernet frame are read", arguments: [1_100, 1_200, 1_440])
    func large(size: Int) async throws {
        let server = try FakeServer { message, _, _ in
            [message?.piggybacked(payload: [UInt8](repeating: 120, count: size))].compactMap { $0 }
        }
        let response = try await CoAPClient.withSession(to: server.plain, security: .plain) { session in
            try await session.get("x")
        }
        #expect(response.payload.count == size)
    }

    @Test("A request that had to wait for its turn is not sent after its failure was told")
    func notSentLate() async throws {
        let server = try FakeServer { message, datagram, number in
            number == 1 || datagram.suffix(4) == Array("late".utf8) ? [] : [message?.piggybacked()].compactMap { $0 }
        }
        try await CoAPClient.withSession(
            to: server.plain, security: .plain, configuration: Self.configuration(outstanding: 1)
        ) { session in
            let first = Task { try await session.put("a", text: "first", timeout: .seconds(600)) }
            _ = await server.next()
            let late = await #expect(throws: CoAPError.self) {
                try await session.put("a", text: "late", timeout: .milliseconds(50))
            }
            #expect(late?.code == .timeout)
            #expect(late?.message.contains("was not sent") == true, "\(String(describing: late))")
            first.cancel()
            _ = await first.result
            // The place of the one that was given up is free at once.
            let next = try await session.put("a", text: "next")
            #expect(next.code == .content)
            #expect(!server.received.contains { $0.suffix(4) == Array("late".utf8) })
        }
    }

    @Test("Requests that were given up do not keep others from being sent")
    func givenUp() async throws {
        let server = try FakeServer { message, _, number in
            number > 20 ? [message?.piggybacked()].compactMap { $0 } : []
        }
        try await CoAPClient.withSession(
            to: server.plain, security: .plain, configuration: Self.configuration(outstanding: 20)
        ) { session in
            let waiting = (0..<20).map { _ in Task { try await session.get("x", timeout: .seconds(600)) } }
            for _ in waiting { _ = await server.next() }
            for task in waiting { task.cancel() }
            for task in waiting { _ = await task.result }
            let answer = try await session.get("x")
            #expect(answer.code == .content)
        }
    }

    @Test("An empty acknowledgement gives its place to the next request")
    func acknowledged() async throws {
        let server = try FakeServer { message, datagram, _ in
            guard let message else { return [] }
            return [datagram.last == UInt8(ascii: "1") ? message.acknowledgement : message.piggybacked()]
        }
        try await CoAPClient.withSession(
            to: server.plain, security: .plain, configuration: Self.configuration(outstanding: 1)
        ) { session in
            let slow = Task { try await session.put("x", text: "1", timeout: .seconds(600)) }
            let quick = try await session.put("x", text: "2")
            #expect(quick.code == .content)
            slow.cancel()
        }
    }

    @Test("An end of one session leaves the repetitions of another alone")
    func undisturbed() async throws {
        let (watched, silent) = (try FakeServer(), try FakeServer())
        var regular = Self.configuration()
        regular.transmission.ackRandomFactor = 1
        let configuration = regular
        try await CoAPClient.withSession(to: watched.plain, security: .plain, configuration: configuration) { session in
            let waiting = try await CoAPClient.withSession(
                to: silent.plain, security: .plain, configuration: configuration
            ) { other in
                // This one's repetition is due first, and the other's was timed from it.
                let first = Task { try await other.get("x", timeout: .seconds(600)) }
                _ = await silent.next()
                let second = Task { try await session.get("x", timeout: .seconds(600)) }
                _ = await watched.next()
                first.cancel()
                return second
            }
            let marker = Task { try await session.put("x", text: "marker", timeout: .seconds(600)) }
            let next = await watched.next()
            #expect(next?.suffix(6) == Array("marker".utf8)[...], "the first request was repeated")
            waiting.cancel()
            marker.cancel()
        }
    }

    @Test("An acknowledgement that matches nothing is ignored, not refused")
    func unknownAcknowledgement() async throws {
        let server = try FakeServer { message, _, _ in
            guard let message, message.type == .confirmable else { return [] }
            guard message.code != .empty else { return [message.reset] }
            let strange = Message(
                type: .acknowledgement, code: .content, messageID: message.messageID &+ 1, token: [1, 2, 3])
            return [strange.bytes, message.piggybacked()]
        }
        try await CoAPClient.withSession(to: server.plain, security: .plain) { session in
            let answer = try await session.get("x")
            #expect(answer.code == .content)
            _ = try await session.ping()
        }
        #expect(!server.received.contains { RawHeader($0)?.type == .reset })
    }

    @Test("An acknowledgement without a response is told from silence")
    func onlyAcknowledged() async throws {
        let server = try FakeServer { message, _, _ in [message?.acknowledgement].compactMap { $0 } }
        let error = try await Self.error(server, timeout: .seconds(3))
        #expect(error.code == .timeout)
        #expect(error.message.contains("acknowledged the request"), "\(error)")
        let silent = try await Self.error(try FakeServer(), timeout: .milliseconds(300))
        #expect(silent.message.contains("check host and port"), "\(silent)")
        #expect(silent.message.contains("coaps://"))
    }

    @Test("A response with an unknown critical option is told from silence")
    func criticalOption() async throws {
        let strange: Options = [CoAPOption(OptionNumber(rawValue: 2049), [1])]
        let server = try FakeServer { message, _, _ in [message?.piggybacked(options: strange)].compactMap { $0 } }
        let error = try await Self.error(server, timeout: .seconds(3))
        #expect(error.code == .timeout)
        #expect(error.message.contains("option that is not understood"), "\(error)")
    }

    @Test("A cancelled ping ends at once, and nothing is known of an unused connection")
    func cancelledPing() async throws {
        let server = try FakeServer()
        try await CoAPClient.withSession(to: server.plain, security: .plain, configuration: Self.configuration()) {
            session in
            let before = await session.connectionInfo
            #expect(before.remoteAddress == server.address)
            let ping = Task { try await session.ping(timeout: .seconds(600)) }
            _ = await server.next()
            ping.cancel()
            let result = await ping.result
            let error = #expect(throws: CoAPError.self) { try result.get() }
            #expect(error?.code == .cancelled)
            let after = await session.connectionInfo
            #expect(after.remoteAddress == nil && after.localAddress == nil)
        }
    }

    @Test("Pings count among what may wait")
    func pingLimit() async throws {
        let server = try FakeServer()
        var configuration = Self.configuration()
        configuration.maximumPendingRequests = 1
        try await CoAPClient.withSession(to: server.plain, security: .plain, configuration: configuration) { session in
            let first = Task { try await session.ping(timeout: .seconds(600)) }
            _ = await server.next()
            let error = await #expect(throws: CoAPError.self) { try await session.ping() }
            #expect(error?.code == .limitReached)
            first.cancel()
        }
    }
}
