// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

/// A bare socket that observes, and acknowledges only what a test says.
final class ObservingSocket: Sendable {
    let socket: RawSocket
    private let nextID = Locked<UInt16>(100)
    private let seen = Locked(Set<UInt16>())

    init(to uri: CoAPURI) throws { socket = try RawSocket(to: uri) }

    /// Sends a confirmable request.
    func request(
        _ path: String, method: CoAP.Method = .get, token: [UInt8] = [1], observe: UInt32? = nil,
        block2: BlockOption? = nil, payload: [UInt8] = []
    ) throws {
        var options = try Request(method, path).options
        options.observe = observe
        options.block2 = block2
        let id = nextID.withLock { id in
            id += 1
            return id
        }
        socket.send(
            Message(
                type: .confirmable, code: method.code, messageID: id, token: token, options: options, payload: payload
            ).bytes)
    }

    /// Sends a confirmable request and waits for the answer.
    func answer(
        _ path: String, method: CoAP.Method = .get, token: [UInt8] = [1], observe: UInt32? = nil,
        block2: BlockOption? = nil, payload: [UInt8] = []
    ) async throws -> Message {
        try request(path, method: method, token: token, observe: observe, block2: block2, payload: payload)
        return try await next()
    }

    /// The next message; waits for it. Copies of confirmable ones, which a busy machine makes, are passed over.
    func next() async throws -> Message {
        while true {
            let message = try await nextOrCopy()
            let isNew = message.type != .confirmable || seen.withLock { $0.insert(message.messageID).inserted }
            if isNew { return message }
        }
    }

    /// The next message, a copy perhaps.
    func nextOrCopy() async throws -> Message {
        let datagram = try #require(await socket.receive())
        return try #require(Message(datagram))
    }

    /// True when nothing but copies comes for a short time.
    func isSilent() async -> Bool {
        while let datagram = await socket.receive(milliseconds: 150) {
            guard let message = Message(datagram), message.type == .confirmable,
                seen.withLock({ $0.contains(message.messageID) })
            else { return false }
        }
        return true
    }

    func acknowledge(_ message: Message) {
        socket.send(Message(type: .acknowledgement, code: .empty, messageID: message.messageID).bytes)
    }

    func reset(_ message: Message) {
        socket.send(Message(type: .reset, code: .empty, messageID: message.messageID).bytes)
    }
}
