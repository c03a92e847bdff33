// SPDX-License-Identifier: Apache-2.0

import CoAP
import Dispatch
import Glibc

/// A bare UDP socket of an attacker at any address of 127.0.0.0/8, which is how an address on this host is forged.
final class AttackSocket: Sendable {
    /// Its own port.
    let port: UInt16
    private let descriptor: Int32
    private let server: SocketAddress

    /// A socket that speaks to a port of 127.0.0.1.
    ///
    /// - Parameter source: its address, of which 127.0.0.0/8 has sixteen million.
    init(to port: UInt16, from source: [UInt8] = [127, 0, 0, 1]) throws {
        server = try SocketAddress(bytes: [127, 0, 0, 1], port: port)
        guard let bound = try SocketAddress(bytes: source, port: 0).boundSocket() else {
            throw CoAPError(.internal, "an attacker's socket cannot be bound to \(source), errno \(errno)")
        }
        (descriptor, self.port) = (bound.descriptor, bound.address.port)
    }

    deinit { close(descriptor) }

    /// The address of forger number `number`, another for each below sixteen million; none of them is 127.0.0.1.
    static func source(_ number: Int) -> [UInt8] {
        [127, UInt8(1 + number / 65_536 % 254), UInt8(number / 256 % 256), UInt8(number % 256)]
    }

    /// Runs what blocks on a thread that may.
    static func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }

    func send(_ bytes: [UInt8]) { server.send(bytes, from: descriptor) }

    /// Sends to another port of 127.0.0.1.
    func send(_ bytes: [UInt8], to port: UInt16) {
        (try? SocketAddress(bytes: [127, 0, 0, 1], port: port))?.send(bytes, from: descriptor)
    }

    /// The next datagram; nil when none comes in time. Blocks.
    func receive(milliseconds: Int32) -> [UInt8]? {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, milliseconds) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 2048)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count >= 0 ? Array(buffer.prefix(count)) : nil
    }

    /// Everything that has come by now.
    func received() -> [[UInt8]] {
        var all: [[UInt8]] = []
        while let next = receive(milliseconds: 0) { all.append(next) }
        return all
    }

    /// Sends a request, again if need be, and returns its answer; nil when none comes.
    func ask(_ bytes: [UInt8], tries: Int = 45, milliseconds: Int32 = 2_000) async throws -> [UInt8]? {
        try await Self.blocking {
            for _ in 0..<tries {
                self.send(bytes)
                if let answer = self.receive(milliseconds: milliseconds) { return answer }
            }
            return nil
        }
    }
}
