// SPDX-License-Identifier: Apache-2.0

import CoAP
import Dispatch
import Glibc

/// A server on a bare UDP socket that answers as a test says: whole messages, or whatever bytes it likes.
final class RuleBreaker: Sendable {
    /// What to send back for a message; called on one thread.
    typealias Answer = @Sendable (_ message: Message, _ number: Int) -> [[UInt8]]

    /// What to send later, and when after the message; called on the same thread.
    typealias Push = @Sendable (_ message: Message, _ number: Int) -> [(after: Duration, bytes: [UInt8])]

    /// Where it listens.
    let address: SocketAddress
    private let descriptor: Int32
    private let isStopped = Locked(false)

    init(answer: @escaping Answer, push: @escaping Push = { _, _ in [] }) throws {
        guard let bound = try SocketAddress(bytes: [127, 0, 0, 1], port: 0).boundSocket() else {
            throw CoAPError(.internal, "cannot bind")
        }
        descriptor = bound.descriptor
        address = bound.address
        try BlockingCall.start { [descriptor, isStopped] in
            defer { close(descriptor) }
            var number = 0
            var due: [(time: MonotonicTime, bytes: [UInt8])] = []
            var peer = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            var buffer = [UInt8](repeating: 0, count: 2048)
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while !isStopped.withLock({ $0 }) {
                let isReadable = poll(&watched, 1, 20) > 0
                withUnsafeMutablePointer(to: &peer) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                        for one in due where one.time <= .now {
                            _ = sendto(descriptor, one.bytes, one.bytes.count, 0, address, length)
                        }
                        due.removeAll { $0.time <= .now }
                        guard isReadable else { return }
                        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                        let count = recvfrom(descriptor, &buffer, buffer.count, 0, address, &length)
                        guard count > 0, let message = Message(Array(buffer.prefix(count))) else { return }
                        number += 1
                        for reply in answer(message, number) {
                            _ = sendto(descriptor, reply, reply.count, 0, address, length)
                        }
                        due += push(message, number).map { (.now + $0.after, $0.bytes) }
                    }
                }
            }
        }
    }

    deinit { isStopped.withLock { $0 = true } }
}

extension Message {
    /// The response in the acknowledgement.
    func answer(_ code: Code = .content, _ options: [CoAPOption] = [.text], _ payload: String = "text") -> Message {
        Message(
            .acknowledgement, code, messageID: messageID, token: token, options: Options(options),
            payload: Array(payload.utf8))
    }

    /// A message of the server's own for the token.
    func push(
        _ id: UInt16, _ options: [CoAPOption] = [.text], _ payload: String = "text", type: MessageType = .confirmable
    ) -> Message {
        Message(type, .content, messageID: id, token: token, options: Options(options), payload: Array(payload.utf8))
    }
}

extension CoAPOption {
    /// Content-Format 0.
    static var text: CoAPOption { CoAPOption(.contentFormat, uint: 0) }
    /// Observe.
    static func observe(_ number: UInt64) -> CoAPOption { CoAPOption(.observe, uint: number) }
    /// Block2.
    static func block2(_ number: UInt32, more: Bool, size: Int) -> CoAPOption {
        CoAPOption(.block2, uint: BlockOption(number: number, hasMore: more, size: size).rawValue)
    }
}
