// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// A DTLS client with a socket of its own and no library between it and the messages: what an attacker from inside uses. Blocks;
/// belongs to one thread.
final class SecureAttacker {
    let socket: AttackSocket
    private let channel: DTLSChannel

    /// Makes a handshake.
    ///
    /// - Throws: `CoAPError` with code `handshakeFailed` when there is no session after two minutes.
    init(
        _ security: ClientSecurity, to port: UInt16, from source: [UInt8] = [127, 0, 0, 1], suites: [String]? = nil
    ) throws {
        socket = try AttackSocket(to: port, from: source)
        channel = try DTLSChannel(security, host: "127.0.0.1", suites: suites)
        let end = ContinuousClock.now + .seconds(120)
        channel.handshake()
        while channel.state == .connecting, ContinuousClock.now < end {
            flush()
            if let datagram = socket.receive(milliseconds: 500) {
                _ = channel.receive(datagram)
            } else {
                _ = channel.handleTimeout()
            }
        }
        flush()
        guard channel.state == .connected else {
            throw CoAPError(.handshakeFailed, "the attacker's handshake: \(channel.state)")
        }
    }

    /// False when the server or somebody else ended the session.
    var isConnected: Bool { channel.state == .connected }

    /// The suite that was agreed on.
    var suite: String? { channel.cipherSuite }

    /// Sends a message.
    func send(_ bytes: [UInt8]) {
        _ = channel.send(bytes)
        flush()
    }

    /// The messages of the next datagram that has some; none when nothing comes in time.
    func receive(milliseconds: Int32 = 20_000) -> [[UInt8]] {
        while isConnected, let datagram = socket.receive(milliseconds: milliseconds) {
            let messages = channel.receive(datagram)
            flush()
            if !messages.isEmpty { return messages }
        }
        return []
    }

    /// Sends a request and waits for a message with its token.
    func ask(_ request: RawRequest, tries: Int = 9) -> Message? {
        for _ in 0..<tries where isConnected {
            send(request.bytes)
            while true {
                let messages = receive(milliseconds: 10_000).compactMap { Message($0) }
                if messages.isEmpty { break }
                if let answer = messages.first(where: { $0.token == request.message.token && $0.code != .empty }) {
                    return answer
                }
            }
        }
        return nil
    }

    private func flush() {
        for record in channel.takeOutgoing() { socket.send(record) }
    }
}
