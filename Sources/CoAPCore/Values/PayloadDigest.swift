// SPDX-License-Identifier: Apache-2.0

/// What the option Payload-Digest says of a body: how it is protected from one end to the other, whatever it crosses on its way.
///
/// The option is elective and safe to forward, so peers and proxies that do not know it pass it by. Its number, 65000, is of
/// the range for experiments (RFC 7252 §12.2). docs/digest.md has the layout of its value.
public struct PayloadDigest: Hashable, Sendable {
    /// How the digest is made.
    public enum Algorithm: Hashable, Sendable {
        /// SHA-256 of the whole body. It shows accidents, not attacks: who changes the body can change the digest.
        case sha256
        /// HMAC-SHA-256 with the key of this id, 1–16 bytes, over the body and what it was sent for.
        case hmacSHA256(keyID: [UInt8])
    }

    /// How it is made.
    public let algorithm: Algorithm

    /// The digest, 32 bytes; nil asks for one in the response.
    public let value: [UInt8]?

    /// How many bytes a digest has.
    public static let size = 32

    /// How many bytes a key's id may have.
    public static let keyIDLengths = 1...16

    /// A digest, or without a value the wish for one.
    ///
    /// - Precondition: the value has 32 bytes, a key's id 1–16.
    public init(_ algorithm: Algorithm, value: [UInt8]? = nil) {
        precondition(value.map { $0.count == Self.size } ?? true, "a digest has 32 bytes")
        if case .hmacSHA256(let keyID) = algorithm {
            precondition(Self.keyIDLengths.contains(keyID.count), "a digest key's id has 1 to 16 bytes")
        }
        self.algorithm = algorithm
        self.value = value
    }

    /// A digest by the option's value; nil for an algorithm that is not known, and for what is malformed.
    public init?(rawValue: [UInt8]) {
        var rest = rawValue[...]
        switch rest.popFirst() {
        case 1: algorithm = .sha256
        case 2:
            guard let length = rest.popFirst().map(Int.init), Self.keyIDLengths.contains(length), rest.count >= length
            else { return nil }
            algorithm = .hmacSHA256(keyID: Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        default: return nil
        }
        guard rest.isEmpty || rest.count == Self.size else { return nil }
        value = rest.isEmpty ? nil : Array(rest)
    }

    /// The option's value: a byte for the algorithm, for HMAC the id's length and the id, and the digest, if there is one.
    public var rawValue: [UInt8] {
        let head: [UInt8] =
            switch algorithm {
            case .sha256: [1]
            case .hmacSHA256(let keyID): [2, UInt8(keyID.count)] + keyID
            }
        return head + (value ?? [])
    }
}

extension PayloadDigest.Algorithm: CustomStringConvertible {
    /// The algorithm's name, and which key it uses.
    public var description: String {
        switch self {
        case .sha256: "SHA-256"
        case .hmacSHA256(let keyID): "HMAC-SHA-256 with the key '\(PrintableText.escaped(keyID))'"
        }
    }
}

extension Options {
    /// The body's digest, or the wish for one in the response; nil when there is none that can be understood.
    public var payloadDigest: PayloadDigest? {
        get { first(.payloadDigest).flatMap(PayloadDigest.init(rawValue:)) }
        set { set(.payloadDigest, to: newValue?.rawValue) }
    }

    /// True for a digest of a known algorithm that is malformed, and for one of none at all. What has an algorithm that is not
    /// known is passed by, as the option is elective.
    package var hasMalformedDigest: Bool {
        guard let value = first(.payloadDigest) else { return false }
        guard let algorithm = value.first else { return true }
        return (1...2).contains(algorithm) && PayloadDigest(rawValue: value) == nil
    }
}

extension CoAPOption {
    /// Asks a client to send the body's digest along and to check the response's; `.digest(.sha256)`.
    ///
    /// Among the options of any of `ClientSession`'s requests. The key of an HMAC is that of `ClientConfiguration.digestKeys`.
    public static func digest(_ algorithm: PayloadDigest.Algorithm) -> CoAPOption {
        CoAPOption(.payloadDigest, PayloadDigest(algorithm).rawValue)
    }
}
