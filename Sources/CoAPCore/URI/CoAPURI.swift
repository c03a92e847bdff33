// SPDX-License-Identifier: Apache-2.0

/// A `coap` or `coaps` URI (RFC 7252 §6), taken apart and checked.
public struct CoAPURI: Hashable, Sendable {
    /// How the peer is spoken to.
    public enum Scheme: String, Hashable, Sendable, CaseIterable {
        /// Plain CoAP over UDP: neither secret nor authentic.
        case coap
        /// CoAP over DTLS.
        case coaps

        /// 5683 or 5684.
        public var defaultPort: UInt16 { self == .coap ? 5683 : 5684 }
    }

    /// Plain or DTLS.
    public var scheme: Scheme

    /// A host name in lower case or an IP address, without brackets and escapes; an IPv6 address may carry a zone,
    /// `fe80::1%eth0`.
    public var host: String

    /// The port; the scheme's own where the URI names none.
    public var port: UInt16

    /// The path's segments, decoded; a single empty one cannot be told from none (RFC 7252 §6.4).
    public var path: [String]

    /// The query's arguments, decoded.
    public var query: [String]

    /// A URI from its parts; without a port it takes the scheme's own.
    public init(scheme: Scheme, host: String, port: UInt16? = nil, path: [String] = [], query: [String] = []) {
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.defaultPort
        self.path = path
        self.query = query
    }

    /// Reads a URI, `coaps://[::1]:5684/sensors/kitchen?unit=K` (RFC 7252 §6.4).
    ///
    /// Host names are taken as ASCII or with the bytes of other letters escaped; an IPv4 address is four plain numbers. A zone
    /// is written `[fe80::1%25eth0]` (RFC 6874); `[fe80::1%eth0]` is understood, too.
    ///
    /// - Throws: ``CoAPError`` with code ``CoAPError/Code/invalidURI`` that says what is wrong and what to write.
    public init(_ text: String) throws(CoAPError) {
        // Bytes, not characters: a combining mark behind a delimiter makes another character of it.
        let bytes = Array(text.utf8)
        guard !bytes.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw Self.invalid(text, "it contains a space or control character; write %20 for a space")
        }
        guard let colon = bytes.firstRange(of: Array("://".utf8)) else {
            let scheme = Scheme.allCases.first {
                bytes.map(PercentEncoding.lowercased).starts(with: "\($0.rawValue):".utf8)
            }
            throw Self.invalid(
                text,
                scheme.map { "behind '\($0.rawValue):' two slashes are missing; write \($0.rawValue)://host/path" }
                    ?? "it has no scheme; write coaps://host/path")
        }
        let name = bytes[..<colon.lowerBound].map(PercentEncoding.lowercased)
        guard let scheme = Scheme(rawValue: String(decoding: name, as: UTF8.self)) else {
            let hint =
                name.starts(with: "coap".utf8) && name.contains(UInt8(ascii: "+"))
                ? "CoAP over TCP and WebSockets is not supported; write coaps://" : "write coaps:// or coap://"
            throw Self.invalid(text, "the scheme '\(PrintableText.escaped(name))' is unknown; \(hint)")
        }
        let rest = bytes[colon.upperBound...]
        guard !rest.contains(UInt8(ascii: "#")) else {
            throw Self.invalid(text, "a CoAP URI has no fragment; leave out '#' and what follows")
        }
        let end = rest.firstIndex { "/?".utf8.contains($0) } ?? rest.endIndex
        let (host, port) = try Self.authority(rest[..<end], in: text)
        let reference = try Reference(rest[end...], in: text)
        self.init(scheme: scheme, host: host, port: port, path: reference.path, query: reference.query)
    }

    /// True when the host is an IPv4 or IPv6 address, not a name.
    public var hostIsAddress: Bool {
        host.utf8.contains(UInt8(ascii: ":")) || AddressLiteral.isIPv4(Array(host.utf8)[...])
    }

    /// True when both have the same bytes in every part.
    public static func == (lhs: CoAPURI, rhs: CoAPURI) -> Bool {
        lhs.scheme == rhs.scheme && lhs.port == rhs.port && lhs.host.hasSameBytes(as: rhs.host)
            && lhs.reference == rhs.reference
    }

    private var reference: Reference { Reference(path: path, query: query) }

    static func invalid(_ uri: some StringProtocol, _ reason: String) -> CoAPError {
        CoAPError(.invalidURI, "'\(PrintableText.escaped(withoutUser(Array(uri.utf8))))' is not a CoAP URI: \(reason)")
    }

    /// Leaves out what stands before the host, which may be a password.
    private static func withoutUser(_ uri: [UInt8]) -> [UInt8] {
        guard let start = uri.firstRange(of: Array("://".utf8))?.upperBound else { return uri }
        let end = uri[start...].firstIndex { "/?#".utf8.contains($0) } ?? uri.endIndex
        guard let at = uri[start..<end].lastIndex(of: UInt8(ascii: "@")) else { return uri }
        return uri[..<start] + Array("…".utf8) + uri[at...]
    }
}

extension CoAPURI: CustomStringConvertible {
    /// The URI as written: brackets around IPv6, the default port left out, escapes where needed (RFC 7252 §6.5).
    public var description: String { authority + (path.isEmpty && query.isEmpty ? "" : "\(reference)") }

    /// Scheme, host and port alone: `coaps://[::1]:5685`, `coap://[fe80::1%25eth0]`.
    public var authority: String {
        "\(scheme.rawValue)://\(writtenHost)" + (port == scheme.defaultPort ? "" : ":\(port)")
    }

    private var writtenHost: String {
        let bytes = Array(host.utf8)
        guard bytes.contains(UInt8(ascii: ":")) else {
            // Capital letters are escaped, since a reader would make them small.
            return PercentEncoding.escape(bytes) {
                !PercentEncoding.isAllowed($0, also: PercentEncoding.host) || 0x41...0x5A ~= $0
            }
        }
        let end = bytes.firstIndex(of: UInt8(ascii: "%")) ?? bytes.endIndex
        let address = String(decoding: bytes[..<end], as: UTF8.self)
        return end == bytes.endIndex
            ? "[\(address)]" : "[\(address)%25\(PercentEncoding.encode(bytes[(end + 1)...], also: []))]"
    }
}
