// SPDX-License-Identifier: Apache-2.0

/// What the server keeps of one peer, attached to libcoap's session. Confined to the server's loop.
final class ServerSession {
    let handle: SessionHandle
    unowned let context: CoAPContext
    let peer: Peer
    var cache: ExchangeCache
    /// The requests whose answers are still to come, by message id.
    var pending: [UInt16: ServerExchange] = [:]
    /// When the last request came.
    var lastRequest: MonotonicTime
    var isClosed = false

    init(_ handle: SessionHandle, on context: CoAPContext, now: MonotonicTime, cacheCapacity: Int) {
        self.handle = handle
        self.context = context
        cache = ExchangeCache(capacity: cacheCapacity)
        lastRequest = now
        let connection = handle.connection
        let identity: PeerIdentity
        if let certificate = connection?.peerCertificate {
            identity = .certificate(certificate.identity)
        } else {
            let key = connection == nil ? [] : handle.preSharedKeyIdentity
            identity = key.isEmpty ? .anonymous : .preSharedKey(key)
        }
        peer = Peer(
            identity: identity, address: handle.remoteAddress, isSecure: connection != nil,
            cipherSuite: connection?.standardCipher)
    }
}
