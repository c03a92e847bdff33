// SPDX-License-Identifier: Apache-2.0

/// One link of a link-format document: a target and what is said about it (RFC 6690 §2).
public struct Link: Hashable, Sendable {
    /// The target as a URI reference, `/sensors/temperature`.
    public var target: String

    /// The attributes in order; a name without a value, such as `obs`, has nil.
    public var attributes: [Attribute]

    /// One attribute of a link.
    public struct Attribute: Hashable, Sendable {
        /// The name, `rt`.
        public var name: String
        /// The value without quotes; nil for a flag.
        public var value: String?

        /// An attribute; without a value it is a flag.
        public init(_ name: String, _ value: String? = nil) {
            self.name = name
            self.value = value
        }
    }

    /// A link to a target.
    public init(target: String, attributes: [Attribute] = []) {
        self.target = target
        self.attributes = attributes
    }

    /// The value of the first attribute of this name; an empty text for a flag, nil where there is none.
    public subscript(name: String) -> String? {
        attributes.first { $0.name == name }.map { $0.value ?? "" }
    }

    /// True when the link passes one filter of a `.well-known/core` query (RFC 6690 §4.1).
    ///
    /// `rt`, `if` and `rel` hold several values divided by spaces, of which one has to match; a `*` at the end matches
    /// every continuation; `href` is the target itself.
    public func matches(_ filter: LinkFilter) -> Bool {
        if filter.name == "href" { return filter.accepts(target) }
        return attributes.contains { attribute in
            guard attribute.name == filter.name else { return false }
            let value = attribute.value ?? ""
            if ["rt", "if", "rel", "rev", "ct"].contains(filter.name) {
                return value.split(separator: " ").contains { filter.accepts($0) } || filter.accepts(value)
            }
            return filter.accepts(value)
        }
    }
}

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
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        name = String(argument[..<equals])
        let wanted = argument[argument.index(after: equals)...]
        isPrefix = wanted.hasSuffix("*")
        value = String(isPrefix ? wanted.dropLast() : wanted)
    }

    /// True when the text is what the filter looks for.
    func accepts(_ text: some StringProtocol) -> Bool { isPrefix ? text.hasPrefix(value) : text == value }
}
