// SPDX-License-Identifier: Apache-2.0

/// Where a server listens.
public struct ServerEndpoint: Hashable, Sendable {
    /// DTLS or plain.
    public let scheme: CoAPURI.Scheme

    /// The address or name to bind.
    public let host: String

    /// The UDP port; 0 takes a free one.
    public let port: UInt16

    /// Every address of this host, `::`, which takes IPv4 too.
    public static let anyHost = "::"

    /// CoAP over DTLS.
    public static func coaps(_ host: String = anyHost, port: UInt16 = CoAPURI.Scheme.coaps.defaultPort) -> Self {
        ServerEndpoint(scheme: .coaps, host: host, port: port)
    }

    /// Plain CoAP: neither secret nor authentic.
    public static func coap(_ host: String = anyHost, port: UInt16 = CoAPURI.Scheme.coap.defaultPort) -> Self {
        ServerEndpoint(scheme: .coap, host: host, port: port)
    }

    /// An endpoint from a URI without path, `coaps://[::]:5684`.
    ///
    /// - Throws: `CoAPError` with code `invalidURI`.
    public init(_ uri: String) throws(CoAPError) {
        let parsed = try CoAPURI(uri)
        guard parsed.path.isEmpty, parsed.query.isEmpty else {
            throw CoAPError(
                .invalidURI, "'\(PrintableText.escaped(uri.utf8))' has a path; a server listens on coaps://host:port")
        }
        self.init(scheme: parsed.scheme, host: parsed.host, port: parsed.port)
    }

    init(scheme: CoAPURI.Scheme, host: String, port: UInt16) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// The endpoint as a URI.
    var uri: CoAPURI { CoAPURI(scheme: scheme, host: host, port: port) }
}
