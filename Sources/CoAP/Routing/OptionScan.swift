// SPDX-License-Identifier: Apache-2.0

/// What is looked at in every request's options before it is routed, found in one walk.
package struct OptionScan {
    /// The classes of response that are not wanted (RFC 7967).
    let noResponse: UInt8
    /// Observe as it stands (RFC 7641 §2).
    let observe: UInt32?
    /// Block1 and Block2 as they stand, number, more and size in one (RFC 7959 §2.2).
    let block1: UInt32?
    let block2: UInt32?
    /// A critical option that stands more often than it may.
    let repeated: OptionNumber?
    /// True when an entity-tag is there, which a response may be checked against.
    let hasETag: Bool
    /// True when If-Match or If-None-Match is there.
    let hasConditions: Bool
    /// True when a digest is there, or the wish for one.
    let hasDigest: Bool
    private let hasDotSegment: Bool
    private let hopLimit: UInt32?

    /// Walks the options.
    package init(_ options: Options) {
        var noResponse: UInt8 = 0
        var observe: UInt32?
        var block1: UInt32?
        var block2: UInt32?
        var repeated: OptionNumber?
        var hasConditions = false
        var hasETag = false
        var hasDigest = false
        var hopLimit: UInt32?
        var hasDotSegment = false
        var previous: UInt16 = 0
        options.forEach { number, value in
            switch number {
            case OptionNumber.uriPath.rawValue:
                if value.count < 3, value.count > 0, value.allSatisfy({ $0 == UInt8(ascii: ".") }) {
                    hasDotSegment = true
                }
            case OptionNumber.observe.rawValue: observe = observe ?? Self.uint(value)
            case OptionNumber.block1.rawValue: block1 = block1 ?? Self.uint(value)
            case OptionNumber.block2.rawValue: block2 = block2 ?? Self.uint(value)
            case OptionNumber.eTag.rawValue: hasETag = true
            case OptionNumber.hopLimit.rawValue: hopLimit = hopLimit ?? Self.uint(value)
            case OptionNumber.ifMatch.rawValue, OptionNumber.ifNoneMatch.rawValue: hasConditions = true
            case OptionNumber.noResponse.rawValue:
                if number != previous { noResponse = UInt8(truncatingIfNeeded: Self.uint(value)) }
            case OptionNumber.payloadDigest.rawValue: hasDigest = true
            default: break
            }
            // Uri-Path is the one that is often there more than once.
            if number == previous, number & 1 != 0, number != OptionNumber.uriPath.rawValue,
                !OptionNumber(rawValue: number).isRepeatable
            {
                repeated = OptionNumber(rawValue: number)
            }
            previous = number
            return true
        }
        self.noResponse = noResponse
        self.observe = observe
        self.block1 = block1
        self.block2 = block2
        self.repeated = repeated
        self.hasConditions = hasConditions
        self.hasETag = hasETag
        self.hasDigest = hasDigest
        self.hopLimit = hopLimit
        self.hasDotSegment = hasDotSegment
    }

    private static func uint(_ value: UnsafeBufferPointer<UInt8>) -> UInt32 {
        value.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The answer to a request that no route may see; nil lets it pass.
    package var refusal: Response? {
        if let repeated {
            // One too many counts as unknown, and this one is critical (RFC 7252 §5.4.5).
            return .diagnostic(.badOption, "\(repeated) stands more than once")
        }
        if hasDotSegment {
            return .diagnostic(.badRequest, "'.' and '..' are no segments of a path (RFC 7252 §5.10.1)")
        }
        if Self.isReserved(block1) || Self.isReserved(block2) {
            return .diagnostic(.badRequest, "7 is no size of a block (RFC 7959 §2.2)")
        }
        if hopLimit == 0 {
            return .diagnostic(.badRequest, "0 is no Hop-Limit (RFC 8768 §3)")
        }
        return nil
    }

    private static func isReserved(_ block: UInt32?) -> Bool { block.map { $0 & 7 == 7 } ?? false }
}
