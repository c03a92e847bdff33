// SPDX-License-Identifier: Apache-2.0

import CoAP
import Conformance
import Testing

@Suite("Servers that break one rule each")
struct BrokenServerTests {
    @Test("What a server does right passes")
    func good() async throws {
        let result = try await Judge.result("CORE_01") { message, _ in [message.answer().bytes] }
        #expect(result.verdict == .pass)
        #expect(result.wire.count == 2)
        #expect(result.wire.first?.contains("-> CON 0.01 GET mid=") == true)
        #expect(result.wire.last?.contains("<- ACK 2.05 mid=") == true)
    }

    @Test("Another message id")
    func messageID() async throws {
        let reason = try await Judge.failure("CORE_01") { message, number in
            var answer = message.answer()
            // The first one asks whether anybody is there.
            if number > 1 { answer.messageID &+= 7 }
            return [answer.bytes]
        }
        #expect(reason.contains("never used"))
    }

    @Test("No Content-Format")
    func contentFormat() async throws {
        let reason = try await Judge.failure("CORE_01") { message, _ in [message.answer(.content, []).bytes] }
        #expect(reason.contains("Content-Format"))
    }

    @Test("An empty payload")
    func payload() async throws {
        let reason = try await Judge.failure("CORE_01") { message, _ in [message.answer(.content, [], "").bytes] }
        #expect(reason.contains("no payload"))
    }

    @Test("Another code")
    func code() async throws {
        let reason = try await Judge.failure("CORE_02") { message, _ in
            [message.answer(.notFound, [], "\u{1B}[2Jgone").bytes]
        }
        #expect(reason.contains("4.04"))
        #expect(!reason.contains("\u{1B}"))
    }

    @Test("Another token")
    func token() async throws {
        let reason = try await Judge.failure("CORE_10") { message, number in
            var answer = message.answer()
            if number > 1 { answer.token = Token(bits: 1, count: 3) }
            return [answer.bytes]
        }
        #expect(reason.contains("token"))
    }

    @Test("An acknowledgement for a message that needs none")
    func acknowledgement() async throws {
        let reason = try await Judge.failure("CORE_05") { message, _ in [message.answer().bytes] }
        #expect(reason.contains("NON"))
    }

    @Test("No separate response")
    func separate() async throws {
        let reason = try await Judge.failure("CORE_09") { message, _ in [message.answer().bytes] }
        #expect(reason.contains("not separate"))
    }

    @Test("A reset in place of an answer")
    func reset() async throws {
        let reason = try await Judge.failure("CORE_03") { message, _ in
            [Message(.reset, .empty, messageID: message.messageID).bytes]
        }
        #expect(reason.contains("reset"))
    }

    @Test("A ping that is acknowledged")
    func ping() async throws {
        let reason = try await Judge.failure("CORE_31") { message, _ in
            message.code == .empty
                ? [Message(.acknowledgement, .empty, messageID: message.messageID).bytes] : [message.answer().bytes]
        }
        #expect(reason.contains("not a reset"))
    }

    @Test("Bytes that are no message")
    func malformed() async throws {
        let reason = try await Judge.failure("CORE_01") { message, number in
            number == 1 ? [message.answer().bytes] : [[0x4F, 0xFF, 0xFF]]
        }
        #expect(reason.contains("no CoAP message"))
    }

    @Test("2.03 with a payload")
    func valid() async throws {
        let tag = CoAPOption(.eTag, [1])
        let reason = try await Judge.failure("CORE_21") { message, _ in
            let isKnown = message.options.contains(.eTag)
            return [message.answer(isKnown ? .valid : .content, [tag, .text]).bytes]
        }
        #expect(reason.contains("2.03 has a payload"))
    }

    @Test("A block of another size than it says")
    func blockSize() async throws {
        let reason = try await Judge.failure("BLOCK_01") { message, _ in
            [message.answer(.content, [.text, .block2(0, more: true, size: 64)], "short").bytes]
        }
        #expect(reason.contains("64 bytes"))
    }

    @Test("Larger blocks than asked for")
    func largerBlocks() async throws {
        let reason = try await Judge.failure("BLOCK_06") { message, _ in
            let payload = String(repeating: "x", count: 64)
            return [message.answer(.content, [.text, .block2(0, more: true, size: 64)], payload).bytes]
        }
        #expect(reason.contains("16 were asked for"))
    }

    @Test("The same block again and again")
    func sameBlock() async throws {
        let reason = try await Judge.failure("BLOCK_01") { message, _ in
            let payload = String(repeating: "x", count: 64)
            return [message.answer(.content, [.text, .block2(0, more: true, size: 64)], payload).bytes]
        }
        #expect(reason.contains("block 0 came, and 1 was asked for"))
    }

    @Test("Blocks of a request that are answered without Block1")
    func upload() async throws {
        let reason = try await Judge.failure("BLOCK_03") { message, _ in [message.answer(.changed, [], "").bytes] }
        #expect(reason.contains("no Block1"))
    }

    @Test("Links that do not match the filter")
    func links() async throws {
        let linkFormat = CoAPOption(.contentFormat, uint: 40)
        let reason = try await Judge.failure("LINK_02") { message, _ in
            [message.answer(.content, [linkFormat], "</a>;rt=\"Type1\",</b>;rt=\"Type2\"").bytes]
        }
        #expect(reason.contains("/b does not match"))
    }

    @Test("A slow resource that acknowledges what needs no acknowledgement", arguments: [true, false])
    func slowAcknowledgement(isEmpty: Bool) async throws {
        let reason = try await Judge.failure("CORE_17") { message, number in
            guard number > 1, isEmpty else { return [message.answer().bytes] }
            return [
                Message(.acknowledgement, .empty, messageID: message.messageID).bytes,
                message.push(1, type: .nonConfirmable).bytes,
            ]
        }
        #expect(reason.contains("an acknowledgement answers a NON"))
    }

    @Test("A refused PUT that changes the resource all the same")
    func refusedPut() async throws {
        let stored = Locked("text")
        let reason = try await Judge.failure("CORE_22") { message, _ in
            stored.withLock { stored in
                func tag(_ text: String) -> [UInt8] { Array(text.utf8.suffix(8)) }
                let old = tag(stored)
                guard message.code == Method.put.code else {
                    return [message.answer(.content, [.text, CoAPOption(.eTag, old)], stored).bytes]
                }
                let condition = message.options.first(.ifMatch)
                stored = String(decoding: message.payload, as: UTF8.self)
                let isRefused = condition != nil && condition != old
                return [message.answer(isRefused ? .preconditionFailed : .changed, [], "").bytes]
            }
        }
        #expect(reason.contains("refused changed the resource"))
    }

    @Test("Observe that does not increase")
    func observe() async throws {
        let reason = try await Judge.failure("OBS_01") { message, _ in
            guard message.options.observe == 0 else {
                return message.type == .confirmable ? [message.answer().bytes] : []
            }
            return [
                message.answer(.content, [.text, .observe(9)]).bytes, message.push(1, [.text, .observe(9)]).bytes,
            ]
        }
        #expect(reason.contains("Observe did not increase"))
    }

    @Test("Notifications of another Content-Format")
    func notification() async throws {
        let reason = try await Judge.failure("OBS_01") { message, _ in
            guard message.options.observe == 0 else {
                return message.type == .confirmable ? [message.answer().bytes] : []
            }
            let json = CoAPOption(.contentFormat, uint: 50)
            return [
                message.answer(.content, [.text, .observe(9)]).bytes, message.push(1, [json, .observe(10)]).bytes,
            ]
        }
        #expect(reason.contains("another Content-Format"))
    }

    @Test("Nobody there")
    func silence() async throws {
        await #expect(throws: CoAPError.self) { try await Judge.result("CORE_01") { _, _ in [] } }
    }

    @Test("A flood of what nobody asked for does not keep a case from its end", .timeLimit(.minutes(10)))
    func flood() async throws {
        let reason = try await Judge.failure("CORE_01") { message, number in
            if number == 1 { return [message.answer().bytes] }
            // Each is refused by a reset, which brings the next ones.
            return (0..<3).map {
                Message(
                    .confirmable, .content, messageID: UInt16(truncatingIfNeeded: number * 3 + $0),
                    token: Token(bits: 1, count: 1)
                ).bytes
            }
        }
        #expect(reason.contains("no answer"))
    }
}
