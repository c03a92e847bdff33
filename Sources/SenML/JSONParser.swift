// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a JSON text.
package struct JSONError: Error, Hashable, Sendable {
    /// The byte where reading stopped, counted from 0.
    package let offset: Int
    /// What was expected there.
    package let reason: String
}

/// Reads JSON strictly (RFC 8259): UTF-8, unique names, bounded depth.
package struct JSONParser {
    private let bytes: [UInt8]
    private var cursor = 0
    private static let maximumDepth = 32

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads one value that takes the whole text.
    package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONError(offset: 0, reason: "not UTF-8") }
        var parser = JSONParser(bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.cursor == bytes.count else { throw parser.failure("nothing more") }
        return value
    }

    private func failure(_ reason: String) -> JSONError { JSONError(offset: cursor, reason: "expected \(reason)") }

    private var current: UInt8? { cursor < bytes.count ? bytes[cursor] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { cursor += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        cursor += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw failure("at most \(Self.maximumDepth) levels") }
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard bytes[cursor...].starts(with: word.utf8) else { throw failure("a value") }
        cursor += word.utf8.count
        return value
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        cursor += 1
        var values: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            values.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(values) }
            guard take(UInt8(ascii: ",")) else { throw failure("',' or ']'") }
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        cursor += 1
        var members: [JSONValue.Member] = []
        // By their bytes: names that only look the same are different ones (RFC 8259 §8.3).
        var names: Set<[UInt8]> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw failure("a name in quotes") }
            let name = try string()
            guard names.insert(Array(name.utf8)).inserted else { throw failure("a name that is not there twice") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("':'") }
            members.append(JSONValue.Member(name, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw failure("',' or '}'") }
        }
    }

    private mutating func number() throws(JSONError) -> String {
        let start = cursor
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { 48...57 ~= $0 } ?? false }
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) {
            guard isDigit(current) else { throw failure("a value") }
            while isDigit(current) { cursor += 1 }
        }
        if take(UInt8(ascii: ".")) {
            guard isDigit(current) else { throw failure("a digit") }
            while isDigit(current) { cursor += 1 }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            guard isDigit(current) else { throw failure("a digit") }
            while isDigit(current) { cursor += 1 }
        }
        return String(decoding: bytes[start..<cursor], as: UTF8.self)
    }

    private mutating func string() throws(JSONError) -> String {
        cursor += 1
        var result: [UInt8] = []
        while let byte = current {
            cursor += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &result)
            case ..<0x20:
                cursor -= 1
                throw failure("an escape in place of a control character")
            default: result.append(byte)
            }
        }
        throw failure("'\"'")
    }

    private mutating func escape(into result: inout [UInt8]) throws(JSONError) {
        guard let byte = current else { throw failure("an escape") }
        cursor += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
        case UInt8(ascii: "b"): result.append(8)
        case UInt8(ascii: "f"): result.append(12)
        case UInt8(ascii: "n"): result.append(10)
        case UInt8(ascii: "r"): result.append(13)
        case UInt8(ascii: "t"): result.append(9)
        case UInt8(ascii: "u"):
            var code = UInt32(try unit())
            if 0xD800...0xDBFF ~= code {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw failure("the second surrogate") }
                let low = UInt32(try unit())
                guard 0xDC00...0xDFFF ~= low else { throw failure("the second surrogate") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("the first surrogate") }
            result += Array(String(Character(scalar)).utf8)
        default: throw failure("an escape")
        }
    }

    private mutating func unit() throws(JSONError) -> UInt16 {
        guard cursor + 4 <= bytes.count,
            let value = UInt16(String(decoding: bytes[cursor..<(cursor + 4)], as: UTF8.self), radix: 16),
            bytes[cursor] != UInt8(ascii: "+"), bytes[cursor] != UInt8(ascii: "-")
        else { throw failure("four hexadecimal digits") }
        cursor += 4
        return value
    }
}
