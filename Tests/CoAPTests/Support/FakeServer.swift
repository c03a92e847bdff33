// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Glibc

/// A bare UDP socket on this host that answers each datagram as a test says, or not at all.
final class FakeServer: Sendable {
    /// What to answer to a datagram; its number counts from 1.
    typealias Answer = @Sendable (_ message: RawHeader?, _ datagram: [UInt8], _ number: Int) -> [[UInt8]]

    /// Where it listens.
    let address: SocketAddress
    /// Each datagram that came, in order; for one reader.
    let datagrams: AsyncStream<[UInt8]>

    private let descriptor: Int32
    private let seen = Locked<[[UInt8]]>([])
    private let isStopped = Locked(false)

    /// All datagrams that have come so far.
    var received: [[UInt8]] { seen.withLock { $0 } }

    var plain: CoAPURI { CoAPURI(scheme: .coap, host: address.host, port: address.port) }
    var secure: CoAPURI { CoAPURI(scheme: .coaps, host: address.host, port: address.port) }

    /// A server on a free port of 127.0.0.1, or on this one of the given address.
    init(_ bytes: [UInt8] = [127, 0, 0, 1], port: UInt16 = 0, answer: @escaping Answer = { _, _, _ in [] }) throws {
        guard let bound = try SocketAddress(bytes: bytes, port: port).boundSocket() else {
            throw CoAPError(.internal, "cannot bind the fake server")
        }
        descriptor = bound.descriptor
        address = bound.address
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        datagrams = stream
        let (descriptor, seen, isStopped) = (descriptor, seen, isStopped)
        Self.detach {
            Self.serve(descriptor, { isStopped.withLock { $0 } }) { datagram in
                let number = seen.withLock { all in
                    all.append(datagram)
                    return all.count
                }
                continuation.yield(datagram)
                return answer(RawHeader(datagram), datagram, number)
            }
        }
    }

    deinit { isStopped.withLock { $0 = true } }

    /// The next datagram; waits for it.
    func next() async -> [UInt8]? {
        for await datagram in datagrams { return datagram }
        return nil
    }

    private static func serve(
        _ descriptor: Int32, _ isStopped: () -> Bool, _ answer: ([UInt8]) -> [[UInt8]]
    ) {
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 2048)
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while !isStopped() {
            guard poll(&watched, 1, 50) > 0 else { continue }
            var peer = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            withUnsafeMutablePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    let count = recvfrom(descriptor, &buffer, buffer.count, 0, address, &length)
                    guard count > 0 else { return }
                    for reply in answer(Array(buffer.prefix(count))) {
                        _ = sendto(descriptor, reply, reply.count, 0, address, length)
                    }
                }
            }
        }
    }

    private static func detach(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        pthread_detach(thread)
    }
}

extension RawHeader {
    /// The answer in the acknowledgement (RFC 7252 §5.2.1).
    func piggybacked(_ code: Code = .content, options: Options = Options(), payload: [UInt8] = []) -> [UInt8] {
        Message(
            type: .acknowledgement, code: code, messageID: messageID, token: token, options: options, payload: payload
        ).bytes
    }

    /// The empty acknowledgement.
    var acknowledgement: [UInt8] {
        Message(type: .acknowledgement, code: .empty, messageID: messageID).bytes
    }

    /// The reset.
    var reset: [UInt8] { Message(type: .reset, code: .empty, messageID: messageID).bytes }
}
