// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

/// libcoap obeys the signals of CoAP over TCP (RFC 8323 §5) on UDP too; nothing of the kind may come through.
@Suite("Signals of CoAP over TCP are refused on UDP")
struct SignalTests {
    private static func ask(
        _ socket: RawSocket, _ type: MessageType, _ code: Code, id: UInt16, options: Options = Options()
    ) async -> RawHeader? {
        socket.send(Message(type: type, code: code, messageID: id, options: options).bytes)
        return RawHeader(await socket.receive())
    }

    @Test("Every code of class 7 gets a reset and nothing else", arguments: [MessageType.confirmable, .nonConfirmable])
    func reset(type: MessageType) async throws {
        try await Loopback.withServer(Router()) { uris in
            let socket = try RawSocket(to: uris[0])
            for code: UInt8 in 0xE0...0xFF {
                let answer = try #require(await Self.ask(socket, type, Code(rawValue: code), id: UInt16(code)))
                #expect(answer.type == .reset)
                #expect(answer.messageID == UInt16(code))
            }
            // The next datagram is the answer to what is asked next: the signals caused nothing else.
            let next = try #require(await Self.ask(socket, .confirmable, Method.get.code, id: 8))
            #expect(next.type == .acknowledgement)
            #expect(next.messageID == 8)
        }
    }

    @Test("A peer cannot set the size of messages by a CSM", arguments: [64, 60_000] as [UInt64])
    func size(limit: UInt64) async throws {
        let router = Router()
        router.get("long") { _, _ in String(repeating: "x", count: 1000) }
        try await Loopback.withServer(router) { uris in
            let socket = try RawSocket(to: uris[0])
            var options = Options()
            options.append(CoAPOption(OptionNumber(rawValue: 2), uint: limit))
            _ = await Self.ask(socket, .confirmable, Code(class: 7, detail: 1), id: 1, options: options)
            var path = Options()
            path.uriPath = ["long"]
            let answer = try #require(await Self.ask(socket, .confirmable, Method.get.code, id: 2, options: path))
            #expect(answer.code == .content)
        }
    }
}
