// SPDX-License-Identifier: Apache-2.0

import Logging

/// What the server keeps of one peer, attached to libcoap's session. Confined to the server's loop.
final class ServerSession {
    let handle: SessionHandle
    unowned let context: CoAPContext
    let peer: Peer
    /// What the peer proved itself by.
    var credential: SessionCredential
    /// Says with each line who the peer is.
    let logger: Logger
    var cache: ExchangeCache
    /// The requests whose answers are still to come.
    var pending: [ExchangeKey: ServerExchange] = [:]
    /// The bodies that come and go in blocks.
    var transfers = ServerTransfers()
    var unacknowledged = UnacknowledgedResponses()
    /// When the peer last sent something that DTLS let through.
    var lastHeard: MonotonicTime
    var isClosed = false
    /// True when its peer's credentials are no longer good: nothing it says counts.
    var isExpelled = false
    /// True while it counts among the DTLS sessions.
    var isCounted = false
    /// Whose it is, when sessions have to make room.
    let owner: SessionOwner
    /// Who pays for its requests, and what was paid for; nil when they do not count.
    var payer: RequestMeter.Payer?
    var paid = PaidRequests()
    /// True when the peer has shown that it is where it says, or need not.
    var isAddressProved = true

    init(
        _ handle: SessionHandle, on context: CoAPContext, now: MonotonicTime, cacheCapacity: Int, logger: Logger
    ) {
        self.handle = handle
        self.context = context
        cache = ExchangeCache(capacity: cacheCapacity)
        lastHeard = now
        let connection = handle.connection
        credential = SessionCredential(connection, key: connection.flatMap { context.handshakes?.key(of: $0.ssl) })
        peer = Peer(
            identity: credential.identity, address: handle.remoteAddress, isSecure: connection != nil,
            cipherSuite: connection?.standardCipher)
        self.logger = peer.logger(from: logger)
        owner = SessionOwner(peer)
    }

    /// The session attached to libcoap's; nil when there is none.
    static func attached(to handle: SessionHandle) -> ServerSession? {
        handle.attachment.map { Unmanaged<ServerSession>.fromOpaque($0).takeUnretainedValue() }
    }
}
