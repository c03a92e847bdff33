// SPDX-License-Identifier: Apache-2.0

import Logging

/// The other side of a server's session.
public final class Peer: Sendable {
    /// Who it has proved to be.
    public let identity: PeerIdentity

    /// The address its messages come from; nil in tests without a socket.
    public let address: SocketAddress?

    /// True when the session is protected by DTLS.
    public let isSecure: Bool

    /// The cipher suite by its registered name, `TLS_PSK_WITH_AES_128_CCM_8`; nil on plain CoAP.
    public let cipherSuite: String?

    /// A peer.
    public init(
        identity: PeerIdentity, address: SocketAddress? = nil, isSecure: Bool = false, cipherSuite: String? = nil
    ) {
        self.identity = identity
        self.address = address
        self.isSecure = isSecure
        self.cipherSuite = cipherSuite
    }

    /// A logger that says with each line who the peer is.
    func logger(from logger: Logger) -> Logger {
        var logger = logger
        logger[metadataKey: LogKey.peerIdentity] = "\(identity)"
        if let address { logger[metadataKey: LogKey.peerAddress] = "\(address)" }
        return logger
    }
}
