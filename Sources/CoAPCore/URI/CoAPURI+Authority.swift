// SPDX-License-Identifier: Apache-2.0

extension CoAPURI {
    /// Takes `host:port` apart (RFC 7252 §6.4, steps 5 and 6); the port is nil where none is written.
    static func authority(_ text: ArraySlice<UInt8>, in uri: String) throws(CoAPError) -> (host: String, port: UInt16?)
    {
        guard !text.contains(UInt8(ascii: "@")) else {
            throw invalid(uri, "user names do not belong into it; use --identity or --psk-identity")
        }
        guard text.allSatisfy({ $0 < 0x80 }) else {
            throw invalid(
                uri, "the host has letters beyond ASCII; write their UTF-8 bytes as %NN, or the name as xn--…")
        }
        let colon = UInt8(ascii: ":")
        guard text.first == UInt8(ascii: "[") else {
            guard text.count(where: { $0 == colon }) < 2 else {
                throw invalid(uri, "an IPv6 address stands in brackets: coaps://[::1]")
            }
            let end = text.firstIndex(of: colon) ?? text.endIndex
            return (try name(text[..<end], in: uri), try port(text[end...], in: uri))
        }
        guard let close = text.firstIndex(of: UInt8(ascii: "]")) else {
            throw invalid(uri, "the bracket '[' is not closed")
        }
        let after = text[(close + 1)...]
        guard after.isEmpty || after.first == colon else { throw invalid(uri, "after ']' only ':port' may stand") }
        return (try address(text[(text.startIndex + 1)..<close], in: uri), try port(after, in: uri))
    }

    /// A host name or IPv4 address.
    private static func name(_ text: ArraySlice<UInt8>, in uri: String) throws(CoAPError) -> String {
        guard !text.isEmpty else { throw invalid(uri, "the host is missing; write coaps://host/path") }
        if let stray = text.first(where: { !PercentEncoding.isAllowed($0, also: PercentEncoding.host) && $0 != percent }
        ) {
            throw invalid(uri, "'\(PrintableText.escaped(CollectionOfOne(stray)))' does not belong into a host name")
        }
        // Letters become small before escapes are decoded, so that an escaped one stays as it is.
        guard let decoded = PercentEncoding.decode(text.map(PercentEncoding.lowercased)),
            let name = String(validating: decoded, as: UTF8.self)
        else { throw invalid(uri, "the host's escapes are malformed, or do not decode to UTF-8") }
        guard decoded.count <= 255 else { throw invalid(uri, "the host is longer than 255 bytes") }
        // What divides the parts of a URI, or an address from its zone, would make another host of the decoded one.
        guard !decoded.contains(where: { $0 <= 0x20 || $0 == 0x7F || ":/?#[]@%".utf8.contains($0) }) else {
            throw invalid(uri, "the host hides a delimiter, space or control character behind an escape")
        }
        if AddressLiteral.looksLikeIPv4(decoded[...]) {
            guard AddressLiteral.isIPv4(decoded[...]), !text.contains(percent) else {
                throw invalid(
                    uri,
                    "the host is neither a name nor an IPv4 address, which is four numbers from 0 to 255 without leading zeros or escapes"
                )
            }
        }
        return name
    }

    /// An IPv6 address, with its zone behind `%25` (RFC 6874 §2) or, as other programs write it, `%`.
    private static func address(_ text: ArraySlice<UInt8>, in uri: String) throws(CoAPError) -> String {
        if text.first.map(PercentEncoding.lowercased) == UInt8(ascii: "v") {
            throw invalid(uri, "it has an address of a later version (IPvFuture); only IPv4 and IPv6 are supported")
        }
        let end = text.firstIndex(of: percent) ?? text.endIndex
        let digits = text[..<end]
        guard digits.contains(UInt8(ascii: ":")) else { throw invalid(uri, "brackets are for IPv6 addresses only") }
        guard AddressLiteral.isIPv6(digits) else {
            throw invalid(uri, "'\(PrintableText.escaped(digits))' is not an IPv6 address")
        }
        let address = String(decoding: digits.map(PercentEncoding.lowercased), as: UTF8.self)
        return end == text.endIndex ? address : "\(address)%\(try zone(text[end...].dropFirst(), in: uri))"
    }

    private static func zone(_ text: ArraySlice<UInt8>, in uri: String) throws(CoAPError) -> String {
        let isEncoded = text.starts(with: "25".utf8)
        let written = isEncoded ? text.dropFirst(2) : text
        guard written.allSatisfy({ PercentEncoding.isAllowed($0, also: []) || (isEncoded && $0 == percent) }),
            let decoded = PercentEncoding.decode(written), !decoded.isEmpty, decoded.count <= 64,
            let zone = String(validating: decoded, as: UTF8.self),
            !decoded.contains(where: { $0 <= 0x20 || $0 == 0x7F })
        else { throw invalid(uri, "the zone of the IPv6 address is missing or malformed; write %25eth0") }
        return zone
    }

    /// What stands behind a colon, if anything does.
    private static func port(_ text: ArraySlice<UInt8>, in uri: String) throws(CoAPError) -> UInt16? {
        let digits = text.dropFirst()
        guard !digits.isEmpty else { return nil }
        guard digits.allSatisfy({ 48...57 ~= $0 }), let number = UInt16(String(decoding: digits, as: UTF8.self)) else {
            throw invalid(uri, "the port '\(PrintableText.escaped(digits))' is not a number from 0 to 65535")
        }
        return number
    }

    private static var percent: UInt8 { UInt8(ascii: "%") }
}
