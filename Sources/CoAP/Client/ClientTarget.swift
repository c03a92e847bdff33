// SPDX-License-Identifier: Apache-2.0

/// Where a client's session leads and what it shows there.
struct ClientTarget: Sendable {
    let uri: CoAPURI
    let name: ServerName
    let addresses: [SocketAddress]
    let security: ClientSecurity
    var capture: Capture?

    var isPlain: Bool { if case .plain = security { true } else { false } }

    /// Starts a libcoap session with one of the addresses.
    ///
    /// - Throws: `CoAPError` with code `unreachable` when there is no way to it.
    func link(
        to index: Int, core: ClientCore, owner: ClientConnection, _ transmission: TransmissionParameters
    ) throws(CoAPError) -> ClientLink {
        var failure = HandshakeFailure(server: uri.authority, host: uri.host)
        var key: PreSharedKey?
        let parameters: DTLSClientParameters?
        switch security {
        case .plain: parameters = nil
        case .preSharedKey(let own):
            parameters = .preSharedKey
            key = own
            failure.keyIdentity = own.identity
        case .certificate(let own, let anchors):
            parameters = .certificate(own, anchors, host: name)
            failure.hasCertificate = own != nil
        }
        return try ClientLink(
            to: addresses[index], owner: owner, pool: core.contexts(isSecure: !isPlain), dtls: parameters, key: key,
            failure: failure, transmission: transmission, keyLog: capture?.keys)
    }
}
