// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import Conformance

@Suite("Servers on a lossy way", .timeLimit(.minutes(10)))
struct LossTests {
    @Test("What is to be lost for certain is lost, and nothing else without chance")
    func certain() {
        var loss = Loss(seed: 1, percent: 0, first: [.response: 2])
        let lost = (0..<4).map { _ in loss.loses(.response, outgoing: false) }
        #expect(lost == [true, true, false, false])
        let other = loss.loses(.request, outgoing: true)
        #expect(!other)
    }

    @Test("A request and a response are lost and come again")
    func recovered() async throws {
        let result = try await Judge.result("CORE_15") { message, _ in [message.answer().bytes] }
        #expect(result.verdict == .pass)
        #expect(result.notes.contains { $0.hasPrefix("lost and recovered: ") })
        let lost = result.wire.filter { $0.contains("lost on purpose") }
        #expect(lost.contains { $0.contains(" -x CON 0.01") } && lost.contains { $0.contains(" x- ACK 2.05") })
    }

    @Test("A server that answers no request a second time")
    func deaf() async throws {
        let seen = Locked<Set<UInt16>>([])
        let reason = try await Judge.failure("CORE_15") { message, _ in
            seen.withLock { $0.insert(message.messageID).inserted } ? [message.answer().bytes] : []
        }
        #expect(reason.contains("no answer"))
    }

    @Test("A separate response that is not repeated")
    func separate() async throws {
        let reason = try await Judge.failure("CORE_16") { message, number in
            guard message.code.isRequest else { return [] }
            if number == 1 { return [message.answer().bytes] }
            let acknowledgement = Message(.acknowledgement, .empty, messageID: message.messageID)
            return [acknowledgement.bytes, message.push(UInt16(number)).bytes]
        }
        #expect(reason.contains("only an empty acknowledgement"))
    }

    /// A notification of its number, so long after the registration.
    private struct Sent {
        let milliseconds: Int
        let id: UInt16
        let type: MessageType

        init(_ milliseconds: Int, _ id: UInt16, _ type: MessageType = .confirmable) {
            (self.milliseconds, self.id, self.type) = (milliseconds, id, type)
        }
    }

    private static func judge(_ all: [Sent]) async throws -> CaseResult {
        try await Judge.result(
            "OBS_11",
            push: { message, _ in
                guard message.options.observe == 0 else { return [] }
                return all.map {
                    let options = [CoAPOption.text, .observe(UInt64($0.id))]
                    return (.milliseconds($0.milliseconds), message.push($0.id, options, type: $0.type).bytes)
                }
            },
            { message, _ in
                guard message.code.isRequest else { return [] }
                return [message.answer(.content, [.text, .observe(1)]).bytes]
            })
    }

    @Test(
        "A notification that comes again until it is acknowledged, with others beside it that need no acknowledgement")
    func notification() async throws {
        let result = try await Self.judge([
            Sent(100, 2), Sent(2300, 2), Sent(3000, 3, .nonConfirmable), Sent(6700, 2), Sent(7000, 4),
        ])
        #expect(result.verdict == .pass, "\(result.wire)")
        #expect(result.wire.count { $0.contains("lost on purpose") } == 2)
    }

    @Test("A newer notification in place of the one that is repeated")
    func replacement() async throws {
        let result = try await Self.judge([Sent(100, 2), Sent(2500, 3), Sent(7300, 3), Sent(7600, 4)])
        #expect(result.verdict == .pass, "\(result.wire)")
        #expect(result.notes.contains { $0.contains("took the place") })
    }

    @Test("Notifications that break the rules of loss")
    func brokenNotifications() async throws {
        let all: [(String, [Sent])] = [
            ("not CON", [Sent(100, 2, .nonConfirmable), Sent(500, 3, .nonConfirmable), Sent(900, 4, .nonConfirmable)]),
            ("did not come again", [Sent(100, 2), Sent(5100, 3), Sent(10_100, 4)]),
            ("two confirmable", [Sent(100, 2), Sent(600, 3), Sent(1100, 4)]),
            ("two confirmable", [Sent(100, 2), Sent(2300, 2), Sent(5100, 3), Sent(6500, 2)]),
            ("two confirmable", [Sent(100, 2), Sent(2300, 3), Sent(2400, 2), Sent(5100, 4)]),
            ("no confirmable notification came", [Sent(100, 2), Sent(2300, 2), Sent(6500, 2)]),
        ]
        try await withThrowingTaskGroup { group in
            for (expected, sent) in all {
                group.addTask {
                    let result = try await Self.judge(sent)
                    let reason = result.verdict.reason ?? "none"
                    #expect(reason.contains(expected), "\(reason)\n\(result.wire.joined(separator: "\n"))")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("A resource that is to vary in size and does not")
    func pumping() async throws {
        let result = try await Judge.result(
            "OBS_14",
            push: { message, _ in
                guard message.options.observe == 0 else { return [] }
                return (2..<9).map { number in
                    let options = [CoAPOption.text, .observe(UInt64(number))]
                    return (.milliseconds(number * 100), message.push(UInt16(number), options).bytes)
                }
            },
            { message, _ in
                message.code.isRequest ? [message.answer(.content, [.text, .observe(1)]).bytes] : []
            })
        #expect(result.verdict == .inconclusive("the size did not vary in six notifications"))
    }

    @Test("The flights of a handshake")
    func flights() {
        func record(_ type: UInt8, epoch: UInt8 = 0, _ body: [UInt8]) -> [UInt8] {
            [type, 254, 253, 0, epoch] + [UInt8](repeating: 0, count: 8) + body
        }
        // A handshake header of 12 bytes, a version, 32 random bytes, no session, and the cookie.
        func hello(_ cookie: [UInt8]) -> [UInt8] {
            record(22, [1] + [UInt8](repeating: 0, count: 11 + 2 + 32) + [0, UInt8(cookie.count)] + cookie)
        }
        #expect(HandshakeFlight(hello([]), outgoing: true) == .hello)
        #expect(HandshakeFlight(hello([1, 2]), outgoing: true) == .helloAgain)
        #expect(HandshakeFlight(record(22, [16]), outgoing: true) == .client)
        #expect(HandshakeFlight(record(20, [1]), outgoing: true) == .client)
        #expect(HandshakeFlight(record(22, [3]), outgoing: false) == .cookie)
        #expect(HandshakeFlight(record(22, [2]), outgoing: false) == .server)
        #expect(HandshakeFlight(record(22, [4]), outgoing: false) == .finished)
        #expect(HandshakeFlight(record(22, epoch: 1, [2]), outgoing: false) == .finished)
        #expect(HandshakeFlight(record(20, [1]), outgoing: false) == .finished)
        #expect(HandshakeFlight(record(21, [2, 40]), outgoing: false) == nil)
        #expect(HandshakeFlight(record(23, [0]), outgoing: true) == nil)
        #expect(HandshakeFlight([22, 254], outgoing: true) == nil)
    }
}
