// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One multicast request and the answers that come. Confined to its loop.
final class MulticastExchange: EventSource, @unchecked Sendable {
    // Sendable: every use is on its loop, which the loop's own methods check.
    private let loop: EventLoop
    private let socket: MulticastSocket
    private let token: Token
    private let limit: Int
    private let receive: (MulticastResponse) -> Void
    private let finish: () -> Void
    private var heard: Set<SocketAddress> = []
    private var timer: TimerQueue<() -> Void>.ID?
    private var isOver = false

    var fileDescriptor: Int32 { socket.descriptor }

    init(
        loop: EventLoop, socket: MulticastSocket, token: Token, limit: Int,
        receive: @escaping (MulticastResponse) -> Void, finish: @escaping () -> Void
    ) {
        self.loop = loop
        self.socket = socket
        self.token = token
        self.limit = min(max(1, limit), 65_536)
        self.receive = receive
        self.finish = finish
    }

    /// Hears answers from now on, for some time.
    func start(for duration: Duration) throws(CoAPError) {
        try loop.register(self)
        timer = loop.schedule(after: max(duration, .milliseconds(1))) { self.stop() }
    }

    /// Hears no more.
    func stop() {
        guard !isOver else { return }
        isOver = true
        if let timer { loop.cancel(timer) }
        timer = nil
        loop.unregister(self)
        finish()
    }

    func becameReadable() {
        // Other sources of the loop get their turn, too.
        for _ in 0..<32 {
            guard !isOver, let (bytes, source) = socket.receive() else { return }
            take(bytes, from: source)
        }
    }

    private func take(_ bytes: [UInt8], from source: SocketAddress) {
        // The token matches, not the address: that is the group's in the request (RFC 7252 §8.2).
        guard let message = Message(bytes), message.token == token, message.code.isResponse else { return }
        switch message.type {
        case .nonConfirmable: break
        case .confirmable:
            // Servers should not, but would repeat it otherwise.
            let acknowledgement = Message(.acknowledgement, .empty, messageID: message.messageID)
            MulticastSocket.send(acknowledgement.bytes, to: source, from: socket.descriptor)
        default: return
        }
        guard heard.insert(source).inserted else { return }
        receive(
            MulticastResponse(
                address: source,
                response: Response(message.code, options: message.options, payload: message.payload)))
        if heard.count >= limit { stop() }
    }
}
