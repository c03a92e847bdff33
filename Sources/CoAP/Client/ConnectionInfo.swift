// SPDX-License-Identifier: Apache-2.0

/// What is known of a client's connection.
public struct ConnectionInfo: Hashable, Sendable {
    /// The server's address; nil while there is no connection.
    public var remoteAddress: SocketAddress?

    /// The address of this side; nil while there is no connection.
    public var localAddress: SocketAddress?

    /// `DTLSv1.2`; nil on plain CoAP.
    public var version: String?

    /// The cipher suite by its registered name, `TLS_PSK_WITH_AES_128_CCM_8`; nil on plain CoAP.
    public var cipherSuite: String?

    /// Who the server has proved to be.
    public var serverIdentity: PeerIdentity = .anonymous

    /// How long the look-up of the host's name took.
    public var lookUpDuration: Duration = .zero

    /// How long the handshake took; zero on plain CoAP.
    public var handshakeDuration: Duration = .zero
}

extension ConnectionInfo {
    /// What a new session tells.
    init(of link: ClientLink, security: ClientSecurity, lookUp: Duration) {
        self.init(lookUpDuration: lookUp)
        remoteAddress = link.handle.remoteAddress
        localAddress = link.handle.localAddress
        guard let connection = link.handle.connection else { return }
        version = connection.version
        cipherSuite = connection.standardCipher
        handshakeDuration = MonotonicTime.now - link.started
        if let certificate = connection.peerCertificate {
            serverIdentity = .certificate(certificate.identity)
        } else if case .preSharedKey(let key) = security {
            serverIdentity = .preSharedKey(key.identity)
        }
    }
}
