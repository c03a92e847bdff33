// SPDX-License-Identifier: Apache-2.0

/// Reads CBOR (RFC 8949): well-formed and valid items only, of bounded depth, with unique keys.
///
/// No room is set aside for what a head announces: what is held is proportional to the bytes that were there.
package struct CBORReader {
    private let bytes: [UInt8]
    private var cursor = 0
    private static let maximumDepth = 32

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads one item that takes all bytes.
    package static func parse(_ bytes: [UInt8]) throws(CBORError) -> CBORValue {
        var reader = CBORReader(bytes)
        let value = try reader.item(depth: 0)
        guard reader.cursor == bytes.count else { throw reader.failure("nothing more") }
        return value
    }

    private func failure(_ reason: String, at offset: Int? = nil) -> CBORError {
        CBORError(offset: offset ?? cursor, reason: "expected \(reason)")
    }

    private mutating func byte() throws(CBORError) -> UInt8 {
        guard cursor < bytes.count else { throw failure("more bytes") }
        defer { cursor += 1 }
        return bytes[cursor]
    }

    private mutating func takeBreak() -> Bool {
        guard cursor < bytes.count, bytes[cursor] == 0xFF else { return false }
        cursor += 1
        return true
    }

    /// What stands behind the first byte of a head; nil for an indefinite length.
    private mutating func argument(_ additional: UInt8) throws(CBORError) -> UInt64? {
        switch additional {
        case ..<24: return UInt64(additional)
        case 24...27:
            let width = 1 << Int(additional - 24)
            guard bytes.count - cursor >= width else { throw failure("more bytes") }
            defer { cursor += width }
            return bytes[cursor..<(cursor + width)].reduce(0) { $0 << 8 | UInt64($1) }
        case 31: return nil
        default: throw failure("no reserved length", at: cursor - 1)
        }
    }

    private mutating func item(depth: Int) throws(CBORError) -> CBORValue {
        guard depth < Self.maximumDepth else { throw failure("at most \(Self.maximumDepth) levels") }
        let start = cursor
        let first = try byte()
        let major = first >> 5
        let argument = try argument(first & 31)
        switch major {
        case 0, 1, 6:
            guard let argument else { throw failure("a definite number", at: start) }
            if major == 6 { return .tagged(argument, try item(depth: depth + 1)) }
            return major == 0 ? .unsigned(argument) : .negative(argument)
        case 2: return .bytes(try string(argument, major: 2))
        case 3: return .text(String(decoding: try string(argument, major: 3), as: UTF8.self))
        case 4: return .array(try array(argument, depth: depth))
        case 5: return .map(try map(argument, depth: depth))
        default: return try simple(first & 31, argument, start: start)
        }
    }

    private mutating func string(_ length: UInt64?, major: UInt8) throws(CBORError) -> [UInt8] {
        if let length { return Array(try chunk(length, major: major)) }
        var whole: [UInt8] = []
        while !takeBreak() {
            let start = cursor
            let first = try byte()
            // Chunks are of the string's own type and have a length (§3.2.3).
            guard first >> 5 == major, let length = try argument(first & 31) else {
                throw failure("a chunk of the string", at: start)
            }
            whole += try chunk(length, major: major)
        }
        return whole
    }

    private mutating func chunk(_ length: UInt64, major: UInt8) throws(CBORError) -> ArraySlice<UInt8> {
        guard length <= UInt64(bytes.count - cursor) else { throw failure("more bytes") }
        let content = bytes[cursor..<(cursor + Int(length))]
        // No character is torn between chunks (§3.2.3).
        if major == 3, String(validating: content, as: UTF8.self) == nil { throw failure("UTF-8") }
        cursor += Int(length)
        return content
    }

    private mutating func array(_ count: UInt64?, depth: Int) throws(CBORError) -> [CBORValue] {
        if let count, count > UInt64(bytes.count - cursor) { throw failure("more bytes") }
        var items: [CBORValue] = []
        while try hasMore(count, items.count) { items.append(try item(depth: depth + 1)) }
        return items
    }

    private mutating func map(_ count: UInt64?, depth: Int) throws(CBORError) -> [CBORValue.Entry] {
        if let count, count > UInt64(bytes.count - cursor) / 2 { throw failure("more bytes") }
        var entries: [CBORValue.Entry] = []
        // By their bytes: text that only looks the same, and zeros of either sign, are different keys (§5.6.1).
        var keys: Set<[UInt8]> = []
        while try hasMore(count, entries.count) {
            let start = cursor
            let key = try item(depth: depth + 1)
            guard keys.insert(CBORWriter.encode(key)).inserted else {
                throw failure("a key that is not there twice", at: start)
            }
            entries.append(CBORValue.Entry(key, try item(depth: depth + 1)))
        }
        return entries
    }

    /// False at the end of a list: after the announced count, or at the break.
    private mutating func hasMore(_ count: UInt64?, _ read: Int) throws(CBORError) -> Bool {
        if let count { return UInt64(read) < count }
        return !takeBreak()
    }

    private func simple(_ additional: UInt8, _ argument: UInt64?, start: Int) throws(CBORError) -> CBORValue {
        guard let argument else { throw failure("an item, no break", at: start) }
        switch additional {
        case 20, 21: return .bool(additional == 21)
        case 22: return .null
        case 23: return .undefined
        case 24:
            // Two bytes are not well-formed for what one can say (§3.3).
            guard argument >= 32 else { throw failure("a simple value of one byte", at: start) }
            return .simple(UInt8(truncatingIfNeeded: argument))
        case 25: return .double(Double(Float16(bitPattern: UInt16(truncatingIfNeeded: argument))))
        case 26: return .double(Double(Float(bitPattern: UInt32(truncatingIfNeeded: argument))))
        case 27: return .double(Double(bitPattern: argument))
        default: return .simple(additional)
        }
    }
}
