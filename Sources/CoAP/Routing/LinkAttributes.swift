// SPDX-License-Identifier: Apache-2.0

/// What `.well-known/core` says of a resource (RFC 6690 §3, RFC 7252 §7.2.1).
public struct LinkAttributes: Hashable, Sendable {
    /// `rt`: the resource types, `temperature`.
    public var resourceTypes: [String]

    /// `if`: the interface descriptions, `core.s`.
    public var interfaces: [String]

    /// `ct`: the content-formats it comes in.
    public var contentFormats: [ContentFormat]

    /// `title`: a name for a person.
    public var title: String?

    /// `sz`: the expected size in bytes, for resources larger than one message.
    public var size: Int?

    /// Attributes of other names.
    public var others: [Link.Attribute]

    /// False keeps the resource out of `.well-known/core`.
    public var isListed: Bool

    /// Attributes of a resource.
    public init(
        resourceType: String? = nil, interface: String? = nil, contentFormats: [ContentFormat] = [],
        title: String? = nil, size: Int? = nil, others: [Link.Attribute] = [], isListed: Bool = true
    ) {
        resourceTypes = resourceType.map { [$0] } ?? []
        interfaces = interface.map { [$0] } ?? []
        self.contentFormats = contentFormats
        self.title = title
        self.size = size
        self.others = others
        self.isListed = isListed
    }

    /// The attributes as a link to a target holds them.
    func link(to target: String) -> Link {
        var link = Link(target: target)
        func add(_ name: String, _ values: [String]) {
            if !values.isEmpty { link.attributes.append(Link.Attribute(name, values.joined(separator: " "))) }
        }
        add("rt", resourceTypes)
        add("if", interfaces)
        add("ct", contentFormats.map { String($0.rawValue) })
        add("sz", size.map { [String($0)] } ?? [])
        add("title", title.map { [$0] } ?? [])
        link.attributes += others
        return link
    }

    /// What this and another method of the same path say together.
    func joined(with other: LinkAttributes) -> LinkAttributes {
        var result = self
        result.resourceTypes += other.resourceTypes.filter { !resourceTypes.contains($0) }
        result.interfaces += other.interfaces.filter { !interfaces.contains($0) }
        result.contentFormats += other.contentFormats.filter { !contentFormats.contains($0) }
        result.title = title ?? other.title
        result.size = size ?? other.size
        result.others += other.others.filter { !others.contains($0) }
        result.isListed = isListed && other.isListed
        return result
    }
}
