// SPDX-License-Identifier: Apache-2.0

/// One filter of a `.well-known/core` query, `rt=temperature*` (RFC 6690 §4.1).
public struct LinkFilter: Hashable, Sendable {
    /// The attribute's name, or `href` for the target.
    public var name: String

    /// The value looked for, without a final `*`.
    public var value: String

    /// True when the value is only the beginning of what matches.
    public var isPrefix: Bool

    /// Reads a query argument; nil when it has no `=`, which RFC 6690 does not define.
    public init?(_ argument: String) {
        // Bytes, not characters: a combining mark behind a delimiter makes another character of it.
        let bytes = Array(argument.utf8)
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        name = String(decoding: bytes[..<equals], as: UTF8.self)
        let wanted = bytes[(equals + 1)...]
        isPrefix = wanted.last == UInt8(ascii: "*")
        value = String(decoding: isPrefix ? wanted.dropLast() : wanted, as: UTF8.self)
    }

    /// True when the bytes of a text are what the filter looks for.
    func accepts(_ text: some Sequence<UInt8>) -> Bool {
        isPrefix ? text.starts(with: value.utf8) : text.elementsEqual(value.utf8)
    }
}
