// SPDX-License-Identifier: Apache-2.0

extension Options {
    /// The bytes the options take on the wire (RFC 7252 §3.1).
    package var wireSize: Int {
        var size = 0
        var previous: UInt16 = 0
        forEach { number, value in
            size += 1 + Self.extensionSize(Int(number - previous)) + Self.extensionSize(value.count) + value.count
            previous = number
            return true
        }
        return size
    }

    /// The options as they stand on the wire, without the marker that goes before a payload (RFC 7252 §3.1).
    package var wireBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(storage.count + storage.count / 4)
        var previous: UInt16 = 0
        forEach { number, value in
            let delta = Int(number - previous)
            bytes.append(Self.nibble(delta) << 4 | Self.nibble(value.count))
            Self.appendExtension(of: delta, to: &bytes)
            Self.appendExtension(of: value.count, to: &bytes)
            bytes.append(contentsOf: value)
            previous = number
            return true
        }
        return bytes
    }

    /// A delta or length itself, or 13 or 14 for one that goes on in one or two more bytes.
    private static func nibble(_ number: Int) -> UInt8 { number < 13 ? UInt8(number) : number < 269 ? 13 : 14 }

    private static func extensionSize(_ number: Int) -> Int { number < 13 ? 0 : number < 269 ? 1 : 2 }

    private static func appendExtension(of number: Int, to bytes: inout [UInt8]) {
        switch extensionSize(number) {
        case 1: bytes.append(UInt8(truncatingIfNeeded: number - 13))
        case 2:
            bytes.append(UInt8(truncatingIfNeeded: (number - 269) >> 8))
            bytes.append(UInt8(truncatingIfNeeded: number - 269))
        default: break
        }
    }
}
