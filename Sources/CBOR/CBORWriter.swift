// SPDX-License-Identifier: Apache-2.0

/// Writes CBOR deterministically (RFC 8949 §4.2.1): shortest heads, definite lengths, sorted keys, shortest floats.
package struct CBORWriter {
    private var bytes: [UInt8] = []

    private init() {}

    /// The bytes of a value.
    package static func encode(_ value: CBORValue) -> [UInt8] {
        var writer = CBORWriter()
        writer.write(value)
        return writer.bytes
    }

    private mutating func write(_ value: CBORValue) {
        switch value {
        case .unsigned(let number): head(0, number)
        case .negative(let number): head(1, number)
        case .bytes(let content):
            head(2, UInt64(content.count))
            bytes += content
        case .text(let text):
            head(3, UInt64(text.utf8.count))
            bytes += text.utf8
        case .array(let items):
            head(4, UInt64(items.count))
            for item in items { write(item) }
        case .map(let entries):
            head(5, UInt64(entries.count))
            let sorted = entries.map { (Self.encode($0.key), $0.value) }.sorted {
                $0.0.lexicographicallyPrecedes($1.0)
            }
            for (key, value) in sorted {
                bytes += key
                write(value)
            }
        case .tagged(let tag, let content):
            head(6, tag)
            write(content)
        case .bool(let flag): bytes.append(flag ? 0xF5 : 0xF4)
        case .null: bytes.append(0xF6)
        case .undefined: bytes.append(0xF7)
        case .simple(let number): head(7, UInt64(number))
        case .double(let number): float(number)
        }
    }

    private mutating func head(_ major: UInt8, _ argument: UInt64) {
        let high = major << 5
        switch argument {
        case ..<24: bytes.append(high | UInt8(argument))
        case ...0xFF: append(high | 24, argument, width: 1)
        case ...0xFFFF: append(high | 25, argument, width: 2)
        case ...0xFFFF_FFFF: append(high | 26, argument, width: 4)
        default: append(high | 27, argument, width: 8)
        }
    }

    private mutating func float(_ number: Double) {
        // One NaN stands for all (§4.2.2).
        if number.isNaN {
            append(0xF9, 0x7E00, width: 2)
        } else if Double(Float16(number)) == number {
            append(0xF9, UInt64(Float16(number).bitPattern), width: 2)
        } else if Double(Float(number)) == number {
            append(0xFA, UInt64(Float(number).bitPattern), width: 4)
        } else {
            append(0xFB, number.bitPattern, width: 8)
        }
    }

    private mutating func append(_ first: UInt8, _ argument: UInt64, width: Int) {
        bytes.append(first)
        for position in (0..<width).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: argument >> UInt64(8 * position)))
        }
    }
}
