// SPDX-License-Identifier: Apache-2.0

/// A server's membership of one group on one interface. Confined to its loop.
final class GroupMember: EventSource {
    private let socket: MulticastSocket
    /// The endpoint's own socket, which answers: from the group's address nobody may send (RFC 7252 §8.2).
    private let endpoint: Int32
    private let received: (_ datagram: [UInt8], _ source: SocketAddress, _ endpoint: Int32) -> Void

    var fileDescriptor: Int32 { socket.descriptor }

    init(
        socket: MulticastSocket, endpoint: Int32,
        received: @escaping (_ datagram: [UInt8], _ source: SocketAddress, _ endpoint: Int32) -> Void
    ) {
        self.socket = socket
        self.endpoint = endpoint
        self.received = received
    }

    func becameReadable() {
        // Other sources of the loop get their turn, too.
        for _ in 0..<32 {
            guard let (datagram, source) = socket.receive() else { return }
            received(datagram, source, endpoint)
        }
    }
}
