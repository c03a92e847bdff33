// SPDX-License-Identifier: Apache-2.0

/// Which block of a body a message carries or asks for: the value of Block1 and Block2 (RFC 7959 §2.2).
public struct BlockOption: Hashable, Sendable {
    /// The block's number, 0 to 1,048,575; the block begins at ``offset`` bytes of the body.
    public var number: UInt32

    /// True when more blocks follow (M).
    public var hasMore: Bool

    /// The exponent of the block's size (SZX), 0 to 6 for 16 to 1,024 bytes.
    public private(set) var sizeExponent: UInt8

    /// The largest number a block may have.
    public static let maximumNumber: UInt32 = 0xF_FFFF

    /// The sizes of blocks there are, in bytes: 16 to 1,024.
    public static let sizes = [16, 32, 64, 128, 256, 512, 1024]

    /// A block of a size in bytes: the largest of ``sizes`` that is not above it, and never below 16.
    ///
    /// - Precondition: the number is at most ``maximumNumber``.
    public init(number: UInt32, hasMore: Bool = false, size: Int = 1024) {
        precondition(number <= Self.maximumNumber, "a block's number has 20 bits")
        self.number = number
        self.hasMore = hasMore
        sizeExponent = UInt8(Self.sizes.lastIndex { $0 <= size } ?? 0)
    }

    /// A block by the option's value; nil when it has more than three bytes or the reserved size 7.
    public init?(rawValue: UInt64) {
        guard rawValue <= 0xFF_FFFF, rawValue & 7 != 7 else { return nil }
        number = UInt32(rawValue >> 4)
        hasMore = rawValue & 8 != 0
        sizeExponent = UInt8(rawValue & 7)
    }

    /// The option's value.
    public var rawValue: UInt64 { UInt64(number) << 4 | (hasMore ? 8 : 0) | UInt64(sizeExponent) }

    /// The block's size in bytes, 16 to 1,024; the last block of a body may have fewer.
    public var size: Int { 16 << Int(sizeExponent) }

    /// Where the block begins in the body, in bytes.
    public var offset: Int { Int(number) << (Int(sizeExponent) + 4) }
}

extension BlockOption: CustomStringConvertible {
    /// Number, whether more follow and size, `3/1/1024`, as the RFCs write it.
    public var description: String { "\(number)/\(hasMore ? 1 : 0)/\(size)" }
}
