// SPDX-License-Identifier: Apache-2.0

/// A `coap` or `coaps` URI (RFC 7252 §6), taken apart and checked.
public struct CoAPURI: Hashable, Sendable {
    /// How the peer is spoken to.
    public enum Scheme: String, Hashable, Sendable {
        /// Plain CoAP over UDP: neither secret nor authentic.
        case coap
        /// CoAP over DTLS.
        case coaps

        /// 5683 or 5684.
        public var defaultPort: UInt16 { self == .coap ? 5683 : 5684 }
    }

    /// Plain or DTLS.
    public var scheme: Scheme

    /// A host name in lower case or an IP address, without brackets; an IPv6 address may carry a zone, `fe80::1%eth0`.
    public var host: String

    /// The port; the scheme's own where the URI names none.
    public var port: UInt16

    /// The path's segments, decoded.
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

    /// Reads a URI, `coaps://[::1]:5684/sensors/kitchen?unit=K`.
    ///
    /// - Throws: ``CoAPError`` with code ``CoAPError/Code/invalidURI`` that says what is wrong and what to write.
    public init(_ text: String) throws(CoAPError) {
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw Self.invalid(text, "it contains a space or control character; write %20 for a space")
        }
        guard let colon = text.firstRange(ofASCII: "://") else {
            throw Self.invalid(text, "it has no scheme; write coaps://host/path")
        }
        let name = text[..<colon.lowerBound].lowercased()
        guard let scheme = Scheme(rawValue: name) else {
            let hint =
                name.hasPrefix("coap") && name.contains("+")
                ? "CoAP over TCP and WebSockets is not supported; write coaps://" : "write coaps:// or coap://"
            throw Self.invalid(text, "the scheme '\(PrintableText.escaped(name.utf8))' is unknown; \(hint)")
        }
        let rest = text[colon.upperBound...]
        guard !rest.utf8.contains(UInt8(ascii: "#")) else {
            throw Self.invalid(text, "a CoAP URI has no fragment; leave out '#' and what follows")
        }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let (host, port) = try Self.authority(rest[..<end], in: text)
        let reference = try Reference(rest[end...], in: text)
        self.init(scheme: scheme, host: host, port: port, path: reference.path, query: reference.query)
    }

    /// True when the host is an IPv4 or IPv6 address, not a name.
    public var hostIsAddress: Bool { host.contains(":") || Self.isIPv4(host) }

    private static func authority(_ text: Substring, in uri: String) throws(CoAPError) -> (String, UInt16?) {
        guard !text.contains("@") else {
            throw invalid(uri, "user names do not belong into it; use --identity or --psk-identity")
        }
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { throw invalid(uri, "the bracket '[' is not closed") }
            host = text[text.index(after: text.startIndex)..<close]
            let after = text[text.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw invalid(uri, "after ']' only ':port' may stand") }
            port = after.isEmpty ? nil : after.dropFirst()
            guard host.contains(":") else { throw invalid(uri, "brackets are for IPv6 addresses only") }
        } else {
            guard text.filter({ $0 == ":" }).count < 2 else {
                throw invalid(uri, "an IPv6 address stands in brackets: coaps://[::1]")
            }
            if let colon = text.firstIndex(of: ":") {
                host = text[..<colon]
                port = text[text.index(after: colon)...]
            }
        }
        guard !host.isEmpty else { throw invalid(uri, "the host is missing; write coaps://host/path") }
        guard let decoded = PercentEncoding.decode(host), let name = String(validating: decoded, as: UTF8.self),
            name.utf8.count <= 255, !decoded.contains(0)
        else { throw invalid(uri, "the host is malformed or longer than 255 bytes") }
        guard let port, !port.isEmpty else { return (name.lowercased(), nil) }
        guard let number = UInt16(port), port.utf8.allSatisfy({ 48...57 ~= $0 }) else {
            throw invalid(uri, "the port '\(PrintableText.escaped(port.utf8))' is not a number from 0 to 65535")
        }
        return (name.lowercased(), number)
    }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy { 48...57 ~= $0 }
                    && UInt8(String(Substring(part))) != nil
            }
    }

    static func invalid(_ uri: some StringProtocol, _ reason: String) -> CoAPError {
        CoAPError(.invalidURI, "'\(PrintableText.escaped(uri.utf8))' is not a CoAP URI: \(reason)")
    }
}

extension CoAPURI: CustomStringConvertible {
    /// The URI as written: brackets around IPv6, the default port left out, escapes where needed (RFC 7252 §6.5).
    public var description: String {
        var text = "\(authority)"
        text += path.map { "/" + PercentEncoding.encode($0.utf8, also: PercentEncoding.path) }.joined()
        if path.isEmpty && !query.isEmpty { text += "/" }
        if !query.isEmpty {
            let arguments = query.map { PercentEncoding.encode($0.utf8, also: PercentEncoding.query) }
            text += "?" + arguments.joined(separator: "&")
        }
        return text
    }

    /// Scheme, host and port alone: `coaps://[::1]:5685`.
    public var authority: String {
        let name = host.contains(":") ? "[\(host)]" : PercentEncoding.encode(host.utf8, also: PercentEncoding.host)
        return "\(scheme.rawValue)://\(name)" + (port == scheme.defaultPort ? "" : ":\(port)")
    }
}

extension StringProtocol {
    /// The first place where an ASCII text stands.
    fileprivate func firstRange(ofASCII wanted: StaticString) -> Range<Index>? {
        let needle = wanted.withUTF8Buffer { Array($0) }
        var index = utf8.startIndex
        while index != utf8.endIndex {
            let tail = utf8[index...]
            if tail.starts(with: needle) { return index..<utf8.index(index, offsetBy: needle.count) }
            index = utf8.index(after: index)
        }
        return nil
    }
}
