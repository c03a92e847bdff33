// SPDX-License-Identifier: Apache-2.0

/// One link of a link-format document: a target and what is said about it (RFC 6690 §2).
public struct Link: Hashable, Sendable {
    /// The target as a URI reference with its escapes, `/sensors/temperature`; what a URI cannot hold is escaped when the link
    /// is written.
    public var target: String

    /// The attributes in order; a name without a value, such as `obs`, has nil.
    ///
    /// An attribute whose name RFC 6690 §2 does not allow is left out when the link is written.
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

    /// A link to a path, whose segments are escaped where a URI needs it.
    public init(path: [String], attributes: [Attribute] = []) {
        self.init(target: CoAPURI.Reference(path: path).description, attributes: attributes)
    }

    /// The value of the first attribute of this name; an empty text for a flag, nil where there is none.
    public subscript(name: String) -> String? {
        attributes.first { $0.name == name }.map { $0.value ?? "" }
    }

    /// True when the link passes one filter of a `.well-known/core` query (RFC 6690 §4.1).
    ///
    /// `rt`, `if` and `rel` hold several values divided by spaces, of which one has to match; a `*` at the end matches
    /// every continuation; `href` is the target, with its escapes or decoded.
    public func matches(_ filter: LinkFilter) -> Bool {
        if filter.name == "href" {
            if filter.accepts(target.utf8) { return true }
            return PercentEncoding.decode(target.utf8).map { filter.accepts($0) } ?? false
        }
        return attributes.contains { attribute in
            guard attribute.name == filter.name else { return false }
            let value = (attribute.value ?? "").utf8
            if ["rt", "if", "rel", "rev", "ct"].contains(filter.name) {
                let words = value.split(separator: UInt8(ascii: " "))
                return words.contains { filter.accepts($0) } || filter.accepts(value)
            }
            return filter.accepts(value)
        }
    }
}
