// SPDX-License-Identifier: Apache-2.0

package import CoAP

/// The server that is judged, and how it is spoken to.
package struct ServerUnderTest: Sendable {
    /// Where the cases of CORE, BLOCK, LINK and OBS go.
    package let uri: CoAPURI
    package let address: SocketAddress
    package let security: ClientSecurity
    /// Where those of DTLS go; nil where nothing secure is known.
    package let secure: SocketAddress?
    /// The certificates of the cases that need some; nil without.
    package let certificates: ClientSecurity?

    /// A server with its addresses.
    package init(
        uri: CoAPURI, address: SocketAddress, security: ClientSecurity, secure: SocketAddress? = nil,
        certificates: ClientSecurity? = nil
    ) {
        self.uri = uri
        self.address = address
        self.security = security
        self.secure = secure
        self.certificates = certificates
    }

    var isPlain: Bool { if case .plain = security { true } else { false } }

    /// The URI of a server that can be judged.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for a URI that names more: the cases bring paths of their own.
    package static func uri(of server: CoAPURI) throws(CoAPError) -> CoAPURI {
        guard server.path.allSatisfy(\.isEmpty), server.query.isEmpty else {
            throw CoAPError(
                .invalidArgument,
                "the cases bring their own paths and queries; write \(server.authority) and nothing behind it")
        }
        return CoAPURI(scheme: server.scheme, host: server.host, port: server.port)
    }

    /// The key that every server of a plugtest knows (dtls.yml).
    package static func plugtestKey(_ key: String = "sesame") throws(CoAPError) -> PreSharedKey {
        try PreSharedKey(identity: "password", key: Secret(key.utf8))
    }
}
