// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

/// A bare socket that observes, and acknowledges only what a test says.
final class ObservingSocket: Sendable {
    let socket: RawSocket
    private let nextID = Locked<UInt16>(100)

    init(to uri: CoAPURI) throws { socket = try RawSocket(to: uri) }

    /// Sends a confirmable request.
    func request(
        _ path: String, method: CoAP.Method = .get, token: [UInt8] = [1], observe: UInt32? = nil,
        payload: [UInt8] = []
    ) throws {
        var options = try Request(method, path).options
        options.observe = observe
        let id = nextID.withLock { id in
            id += 1
            return id
        }
        socket.send(
            RawMessage(
                type: .confirmable, code: method.code, messageID: id, token: token, options: options, payload: payload
            ).bytes)
    }

    /// Sends a confirmable request and waits for the answer.
    func answer(
        _ path: String, method: CoAP.Method = .get, token: [UInt8] = [1], observe: UInt32? = nil,
        payload: [UInt8] = []
    ) async throws -> Message {
        try request(path, method: method, token: token, observe: observe, payload: payload)
        return try await next()
    }

    /// The next message; waits for it.
    func next() async throws -> Message {
        let datagram = try #require(await socket.receive())
        return try #require(Message(datagram))
    }

    /// True when nothing comes for a short time.
    func isSilent() async -> Bool { await socket.receive(milliseconds: 150) == nil }

    func acknowledge(_ message: Message) {
        socket.send(RawMessage(type: .acknowledgement, code: .empty, messageID: message.messageID).bytes)
    }

    func reset(_ message: Message) {
        socket.send(RawMessage(type: .reset, code: .empty, messageID: message.messageID).bytes)
    }
}
