// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

/// A client whose handshake a test carries out by hand up to its last flight, and whose address it can forge datagrams from.
/// It never repeats anything.
final class HandshakePeer {
    private let socket: RawSocket
    private let key: PreSharedKey
    private var channel: DTLSChannel

    /// A peer that has sent nothing.
    init(to server: CoAPURI, key: PreSharedKey) throws {
        self.key = key
        socket = try RawSocket(to: server)
        channel = try DTLSChannel(.preSharedKey(key), host: "::1")
    }

    /// Sends bytes as they are, from the peer's address.
    func send(_ datagram: [UInt8]) { socket.send(datagram) }

    /// Carries out the handshake until everything came that the server has to say before the client's Finished.
    ///
    /// - Returns: the records that are left to be sent: key exchange, change of keys, Finished.
    func lastFlight() async throws -> [[UInt8]] {
        channel.handshake()
        while true {
            let records = channel.takeOutgoing()
            // The change of keys.
            if records.contains(where: { $0[0] == 20 }) { return records }
            for record in records { send(record) }
            _ = channel.receive(try #require(await socket.receive()))
        }
    }

    /// Forgets the handshake and starts another one from the same address and port, up to the hello with the cookie.
    func beginAnew() async throws {
        channel = try DTLSChannel(.preSharedKey(key), host: "::1")
        channel.handshake()
        for record in channel.takeOutgoing() { send(record) }
        while true {
            let datagram = try #require(await socket.receive())
            // What was repeated of the handshake before is passed over; a HelloVerifyRequest is of type 3.
            guard datagram.count > 13, datagram[0] == 22, datagram[13] == 3 else { continue }
            _ = channel.receive(datagram)
            for record in channel.takeOutgoing() { send(record) }
            return
        }
    }

    /// Takes the server's answer to a Finished; true when there is a session then.
    func finish() async throws -> Bool {
        while channel.state == .connecting { _ = channel.receive(try #require(await socket.receive())) }
        return channel.state == .connected
    }

    /// A record that seems to be a Finished, and was made by another key.
    static func forgedFinished() -> [UInt8] {
        let body = (0..<40).map { _ in UInt8.random(in: 0...255) }
        return [22, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, UInt8.random(in: 1...255), 0, UInt8(body.count)] + body
    }
}
