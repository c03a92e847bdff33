// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// Hellos without a cookie, each from another address and port of 127.0.0.0/8, as somebody sends them who forges addresses.
final class HelloFlood: Sendable {
    private let state = Locked(State())

    private struct State {
        var sent = 0
        var answered = 0
        var longest = 0
    }

    /// How many were sent and answered so far, and the length of the longest answer.
    var counts: (sent: Int, answered: Int, longest: Int) { state.withLock { ($0.sent, $0.answered, $0.longest) } }

    /// Sends hellos to a port, each after the answer to the one before, or a tenth of a second: a flood that the kernel does not
    /// throw away.
    func run(to port: UInt16, count: Int) throws {
        let server = try SocketAddress(bytes: [127, 0, 0, 1], port: port)
        var buffer = [UInt8](repeating: 0, count: 2048)
        for number in 0..<count {
            let address: [UInt8] = [127, 1 + UInt8(number >> 16 & 63), UInt8(number >> 8 & 255), UInt8(number & 255)]
            guard let bound = try SocketAddress(bytes: address, port: 0).boundSocket() else { continue }
            defer { close(bound.descriptor) }
            server.send(Self.hello(), from: bound.descriptor)
            var wait = pollfd(fd: bound.descriptor, events: Int16(POLLIN), revents: 0)
            let answer = poll(&wait, 1, 100) == 1 ? recv(bound.descriptor, &buffer, buffer.count, 0) : 0
            state.withLock {
                $0.sent += 1
                if answer > 0 { $0.answered += 1 }
                $0.longest = max($0.longest, answer)
            }
        }
    }

    /// The smallest hello there is, with a random of its own.
    static func hello(cookie: [UInt8] = []) -> [UInt8] {
        let body: [UInt8] =
            [0xFE, 0xFD] + (0..<32).map { _ in UInt8.random(in: 0...255) } + [0, UInt8(cookie.count)] + cookie
            + [0, 2, 0xC0, 0xA8, 1, 0]
        let length: [UInt8] = [0, 0, UInt8(body.count)]
        return [22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(body.count + 12), 1] + length + [0, 0, 0, 0, 0]
            + length
            + body
    }
}
