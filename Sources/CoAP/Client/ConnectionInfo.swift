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
