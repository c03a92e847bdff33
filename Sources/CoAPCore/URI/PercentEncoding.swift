// SPDX-License-Identifier: Apache-2.0

/// Percent-encoding as URIs use it (RFC 3986 §2).
enum PercentEncoding {
    /// What may stand unescaped in a path segment besides unreserved characters (RFC 3986 §3.3).
    static let path = Set("!$&'()*+,;=:@".utf8)

    /// What may stand unescaped in one argument of a query: `&` divides arguments and is not here.
    static let query = Set("!$'()*+,;=:@/?".utf8)

    /// What may stand unescaped in a host name.
    static let host = Set("!$&'()*+,;=".utf8)

    static func encode(_ bytes: some Sequence<UInt8>, also allowed: Set<UInt8>) -> String {
        var text = ""
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where allowed.contains(byte):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += "%" + Hexadecimal.encode(CollectionOfOne(byte)).uppercased()
            }
        }
        return text
    }

    /// The bytes behind a text; nil when an escape is malformed.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
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
}
