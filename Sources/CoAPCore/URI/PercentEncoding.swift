// SPDX-License-Identifier: Apache-2.0

/// Percent-encoding as URIs use it (RFC 3986 §2).
enum PercentEncoding {
    /// What may stand unescaped in a path segment besides unreserved characters (RFC 3986 §3.3).
    static let path = Set("!$&'()*+,;=:@".utf8)

    /// What may stand unescaped in one argument of a query: `&` divides arguments and is not here.
    static let query = Set("!$'()*+,;=:@/?".utf8)

    /// What may stand unescaped in a host name.
    static let host = Set("!$&'()*+,;=".utf8)

    /// True for unreserved characters (RFC 3986 §2.3) and for those of the set.
    static func isAllowed(_ byte: UInt8, also allowed: Set<UInt8>) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: allowed.contains(byte)
        }
    }

    static func encode(_ bytes: some Sequence<UInt8>, also allowed: Set<UInt8>) -> String {
        escape(bytes) { !isAllowed($0, also: allowed) }
    }

    /// The bytes as text, those that need it as `%NN`.
    static func escape(_ bytes: some Sequence<UInt8>, where needsEscape: (UInt8) -> Bool) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            if needsEscape(byte) {
                text += "%\(Hexadecimal.encode(CollectionOfOne(byte)).uppercased())".utf8
            } else {
                text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes behind a text; nil when an escape is malformed.
    static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let first = iterator.next(), let second = iterator.next(),
                let high = Hexadecimal.value(of: first), let low = Hexadecimal.value(of: second)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The small letter for a capital one of ASCII; any other byte as it is.
    static func lowercased(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }
}
