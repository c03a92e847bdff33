// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// A device whose socket keeps its port while its DTLS connections come and go. It never repeats anything, so that what is lost is
/// seen. Every call blocks: use it within `blocking`.
final class DTLSPeer {
    private let descriptor: Int32
    private let server: SocketAddress
    private let security: ClientSecurity
    private var channel: DTLSChannel?
    private var messageID: UInt16 = 0

    /// A socket at an address of the loopback interface, and no connection.
    init(at address: [UInt8] = [127, 0, 0, 1], to port: UInt16, security: ClientSecurity) throws {
        server = try SocketAddress(bytes: [127, 0, 0, 1], port: port)
        guard let bound = try SocketAddress(bytes: address, port: 0).boundSocket() else {
            throw CoAPError(.internal, "cannot bind \(address)")
        }
        descriptor = bound.descriptor
        self.security = security
    }

    deinit { close(descriptor) }

    /// The datagrams of the last handshake.
    private(set) var sent: [[UInt8]] = []

    /// Sends a datagram as it is.
    func send(_ bytes: [UInt8]) { server.send(bytes, from: descriptor) }

    /// The next datagram; nil when none comes in time.
    func receive(milliseconds: Int32 = 60_000) -> [UInt8]? {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, milliseconds) == 1 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 2048)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count >= 0 ? Array(buffer.prefix(count)) : nil
    }

    /// Forgets the connection without a word, as in a restart, and makes another one from the same port.
    ///
    /// - Parameter datagrams: how many the client sends before it falls silent, 2 for the hello with its cookie; all without it.
    /// - Returns: true when the connection is made.
    func connect(datagrams: Int = .max) throws -> Bool {
        let channel = try DTLSChannel(security, host: "127.0.0.1")
        self.channel = channel
        sent = []
        channel.handshake()
        while true {
            for datagram in channel.takeOutgoing() {
                send(datagram)
                sent.append(datagram)
                if sent.count >= datagrams { return false }
            }
            guard channel.state == .connecting else { return channel.state == .connected }
            guard let datagram = receive() else { return false }
            _ = channel.receive(datagram)
        }
    }

    /// The code of the answer to a GET on the connection; nil when the server says goodbye, or nothing in time.
    func get(_ path: String, milliseconds: Int32 = 60_000) throws -> Code? {
        guard let channel else { return nil }
        messageID += 1
        var options = Options()
        options.uriPath = [path]
        let request = Message(
            .confirmable, CoAP.Method.get.code, messageID: messageID, token: Token.random(), options: options,
            payload: [])
        guard channel.send(request.bytes) else { return nil }
        for datagram in channel.takeOutgoing() { send(datagram) }
        while channel.state == .connected {
            guard let datagram = receive(milliseconds: milliseconds) else { return nil }
            for bytes in channel.receive(datagram) {
                if let answer = Message(bytes), answer.messageID == messageID { return answer.code }
            }
        }
        return nil
    }
}

/// Runs what blocks on a thread of its own.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        do { try BlockingCall.start { continuation.resume(with: .init(catching: body)) } } catch {
            continuation.resume(throwing: error)
        }
    }
}
