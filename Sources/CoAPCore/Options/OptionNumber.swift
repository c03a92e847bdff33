// SPDX-License-Identifier: Apache-2.0

/// The number of an option, and what the number itself says about it (RFC 7252 §5.4, §12.2).
public struct OptionNumber: RawRepresentable, Hashable, Comparable, Sendable {
    /// The number, 0–65535.
    public let rawValue: UInt16

    /// Makes an option number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// True when a receiver that does not know the option must refuse the message.
    public var isCritical: Bool { rawValue & 1 != 0 }

    /// True when a proxy that does not know the option must not forward it.
    public var isUnsafeToForward: Bool { rawValue & 2 != 0 }

    /// True when the option is left out of a cache key.
    public var isNoCacheKey: Bool { rawValue & 0x1E == 0x1C }

    /// Orders by number, the order of the wire.
    public static func < (lhs: OptionNumber, rhs: OptionNumber) -> Bool { lhs.rawValue < rhs.rawValue }

    /// If-Match, 1: the entity-tag the resource must have.
    public static let ifMatch = OptionNumber(rawValue: 1)
    /// Uri-Host, 3.
    public static let uriHost = OptionNumber(rawValue: 3)
    /// ETag, 4: the representation's identifier.
    public static let eTag = OptionNumber(rawValue: 4)
    /// If-None-Match, 5: the resource must not exist.
    public static let ifNoneMatch = OptionNumber(rawValue: 5)
    /// Observe, 6 (RFC 7641).
    public static let observe = OptionNumber(rawValue: 6)
    /// Uri-Port, 7.
    public static let uriPort = OptionNumber(rawValue: 7)
    /// Location-Path, 8: one segment of a created resource's path.
    public static let locationPath = OptionNumber(rawValue: 8)
    /// OSCORE, 9 (RFC 8613).
    public static let oscore = OptionNumber(rawValue: 9)
    /// Uri-Path, 11: one segment of the path.
    public static let uriPath = OptionNumber(rawValue: 11)
    /// Content-Format, 12: the format of the payload.
    public static let contentFormat = OptionNumber(rawValue: 12)
    /// Max-Age, 14: seconds for which a response is fresh.
    public static let maxAge = OptionNumber(rawValue: 14)
    /// Uri-Query, 15: one argument of the query.
    public static let uriQuery = OptionNumber(rawValue: 15)
    /// Hop-Limit, 16 (RFC 8768).
    public static let hopLimit = OptionNumber(rawValue: 16)
    /// Accept, 17: the one format the client takes.
    public static let accept = OptionNumber(rawValue: 17)
    /// Q-Block1, 19: a block of the request's body, sent without waiting for the others (RFC 9177).
    public static let qBlock1 = OptionNumber(rawValue: 19)
    /// Location-Query, 20: one argument of a created resource's query.
    public static let locationQuery = OptionNumber(rawValue: 20)
    /// EDHOC, 21: the payload begins with a message of a key exchange (RFC 9668).
    public static let edhoc = OptionNumber(rawValue: 21)
    /// Block2, 23: a block of the response's body (RFC 7959).
    public static let block2 = OptionNumber(rawValue: 23)
    /// Block1, 27: a block of the request's body (RFC 7959).
    public static let block1 = OptionNumber(rawValue: 27)
    /// Size2, 28: the size of the response's body in bytes (RFC 7959).
    public static let size2 = OptionNumber(rawValue: 28)
    /// Q-Block2, 31: a block of the response's body, sent without waiting for the others (RFC 9177).
    public static let qBlock2 = OptionNumber(rawValue: 31)
    /// Proxy-Uri, 35.
    public static let proxyURI = OptionNumber(rawValue: 35)
    /// Proxy-Scheme, 39.
    public static let proxyScheme = OptionNumber(rawValue: 39)
    /// Size1, 60: the size of the request's body in bytes.
    public static let size1 = OptionNumber(rawValue: 60)
    /// Echo, 252 (RFC 9175).
    public static let echo = OptionNumber(rawValue: 252)
    /// No-Response, 258: classes of response the client does not want (RFC 7967).
    public static let noResponse = OptionNumber(rawValue: 258)
    /// Request-Tag, 292 (RFC 9175).
    public static let requestTag = OptionNumber(rawValue: 292)
    /// Payload-Digest, 65000: the body's digest from end to end, an experiment of this library.
    public static let payloadDigest = OptionNumber(rawValue: 65000)
}

extension OptionNumber {
    /// What an option's value holds (RFC 7252 §3.2).
    public enum Format: Sendable {
        /// No bytes.
        case empty
        /// Bytes as they are.
        case opaque
        /// An unsigned integer in network order, without leading zeros.
        case uint
        /// Text in UTF-8.
        case string
    }

    /// The format of a registered option's value; opaque for numbers this library does not know.
    public var format: Format { Self.registry[self]?.format ?? .opaque }

    /// The lengths in bytes a registered option's value may have.
    public var lengths: ClosedRange<Int> { Self.registry[self]?.lengths ?? 0...1034 }

    /// True for options that may stand in a message more than once.
    public var isRepeatable: Bool { Self.registry[self]?.repeatable ?? true }

    /// The option number with this registered name, in any case: `uri-path`; nil for names nobody registered.
    public init?(name: String) {
        let lowered = name.lowercased()
        guard let entry = Self.registry.first(where: { $0.value.name.lowercased() == lowered }) else { return nil }
        self = entry.key
    }

    private struct Entry {
        let name: String
        let format: Format
        let lengths: ClosedRange<Int>
        let repeatable: Bool
        init(_ name: String, _ format: Format, _ lengths: ClosedRange<Int>, repeatable: Bool = false) {
            self.name = name
            self.format = format
            self.lengths = lengths
            self.repeatable = repeatable
        }
    }

    private static let registry: [OptionNumber: Entry] = [
        .ifMatch: Entry("If-Match", .opaque, 0...8, repeatable: true),
        .uriHost: Entry("Uri-Host", .string, 1...255),
        .eTag: Entry("ETag", .opaque, 1...8, repeatable: true),
        .ifNoneMatch: Entry("If-None-Match", .empty, 0...0),
        .observe: Entry("Observe", .uint, 0...3),
        .uriPort: Entry("Uri-Port", .uint, 0...2),
        .locationPath: Entry("Location-Path", .string, 0...255, repeatable: true),
        .oscore: Entry("OSCORE", .opaque, 0...255),
        .uriPath: Entry("Uri-Path", .string, 0...255, repeatable: true),
        .contentFormat: Entry("Content-Format", .uint, 0...2),
        .maxAge: Entry("Max-Age", .uint, 0...4),
        .uriQuery: Entry("Uri-Query", .string, 0...255, repeatable: true),
        .hopLimit: Entry("Hop-Limit", .uint, 1...1),
        .accept: Entry("Accept", .uint, 0...2),
        .qBlock1: Entry("Q-Block1", .uint, 0...3),
        .locationQuery: Entry("Location-Query", .string, 0...255, repeatable: true),
        .edhoc: Entry("EDHOC", .empty, 0...0),
        .block2: Entry("Block2", .uint, 0...3),
        .block1: Entry("Block1", .uint, 0...3),
        .size2: Entry("Size2", .uint, 0...4),
        .qBlock2: Entry("Q-Block2", .uint, 0...3, repeatable: true),
        .proxyURI: Entry("Proxy-Uri", .string, 1...1034),
        .proxyScheme: Entry("Proxy-Scheme", .string, 1...255),
        .size1: Entry("Size1", .uint, 0...4),
        .echo: Entry("Echo", .opaque, 1...40),
        .noResponse: Entry("No-Response", .uint, 0...1),
        .requestTag: Entry("Request-Tag", .opaque, 0...8, repeatable: true),
        .payloadDigest: Entry("Payload-Digest", .opaque, 1...50),
    ]
}

extension OptionNumber: CustomStringConvertible {
    /// The registered name, `Uri-Path`, or `Option 2049` for a number this library does not know.
    public var description: String { Self.registry[self]?.name ?? "Option \(rawValue)" }
}
