// SPDX-License-Identifier: Apache-2.0

/// Tells one body's contents from another's, so that blocks of both are not taken for one (RFC 7959 §2.4).
enum EntityTag {
    private static let seed = UInt64.random(in: .min ... .max)

    /// An entity-tag of eight bytes for a body.
    static func of(_ bytes: [UInt8], _ format: ContentFormat?) -> [UInt8] {
        Self.bytes(hash(bytes) ^ (UInt64(format?.rawValue ?? 0xFFFF) &* 0x9E37_79B9_7F4A_7C15))
    }

    /// An entity-tag that nothing else has.
    static func unique() -> [UInt8] { bytes(.random(in: .min ... .max)) }

    /// A hash of eight bytes at a time, seeded anew in each process.
    static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBytes { buffer in
            var hash = seed ^ UInt64(buffer.count)
            var cursor = 0
            while cursor + 8 <= buffer.count {
                hash = mixed(hash ^ buffer.loadUnaligned(fromByteOffset: cursor, as: UInt64.self))
                cursor += 8
            }
            var tail: UInt64 = 0
            for byte in buffer[cursor...] { tail = tail << 8 | UInt64(byte) }
            return mixed(mixed(hash ^ tail) &+ seed)
        }
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return high ^ low
    }

    private static func bytes(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }
}
