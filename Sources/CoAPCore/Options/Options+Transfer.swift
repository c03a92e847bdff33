// SPDX-License-Identifier: Apache-2.0

// The options of transfers in blocks, of freshness and of proxies (RFC 7959, RFC 9175, RFC 8768).
extension Options {
    /// The block of the request's body; nil when there is none, or a malformed one (RFC 7959 §2.1).
    public var block1: BlockOption? {
        get { uint(.block1).flatMap(BlockOption.init(rawValue:)) }
        set { set(.block1, to: newValue.map { UIntValue.encode($0.rawValue) }) }
    }

    /// The block of the response's body; nil when there is none, or a malformed one (RFC 7959 §2.1).
    public var block2: BlockOption? {
        get { uint(.block2).flatMap(BlockOption.init(rawValue:)) }
        set { set(.block2, to: newValue.map { UIntValue.encode($0.rawValue) }) }
    }

    /// What tells one body in blocks from another one under way, 0–8 bytes each (RFC 9175 §3).
    public var requestTags: [[UInt8]] {
        get { all(.requestTag) }
        set { replaceAll(.requestTag, with: newValue) }
    }

    /// The server's challenge, which the client sends back as it is, 1–40 bytes (RFC 9175 §2).
    public var echo: [UInt8]? {
        get { first(.echo) }
        set { set(.echo, to: newValue) }
    }

    /// How many more proxies the request may pass, 1 to 255 (RFC 8768).
    public var hopLimit: UInt8? {
        get { uint(.hopLimit).flatMap(UInt8.init(exactly:)) }
        set { set(.hopLimit, to: newValue.map { UIntValue.encode(UInt64($0)) }) }
    }
}
