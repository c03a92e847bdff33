// SPDX-License-Identifier: Apache-2.0

/// One rule of an ``AccessPolicy``: who may, or may not, do what and where.
public struct AccessRule: Hashable, Sendable {
    /// What a rule does with what it matches.
    public enum Effect: String, Hashable, Sendable {
        /// It may be done, unless another rule denies it.
        case allow
        /// It may not be done, whatever other rules say.
        case deny

        /// True when a segment of a path is a peer's name for a rule of this effect: a right is somebody's by the very bytes, and
        /// nobody gets past what is denied by another of the ways that Unicode has of writing the name, which handlers take
        /// for the same.
        func means(_ name: String, by segment: String) -> Bool {
            switch self {
            case .allow: name.utf8.elementsEqual(segment.utf8)
            case .deny: name == segment
            }
        }
    }

    /// Allow or deny.
    public var effect: Effect
    /// Whom it is about: each whom one of the patterns means.
    public var who: [IdentityPattern]
    /// Which methods.
    public var methods: MethodSet
    /// Which paths: each that one of the patterns means.
    public var paths: [PathPattern]
    /// The line of its file, from 1; nil for a rule of a program.
    public var line: Int?

    /// A rule.
    ///
    /// - Parameters:
    ///   - effect: allow or deny.
    ///   - who: whom it is about.
    ///   - methods: which methods.
    ///   - paths: which paths.
    ///   - line: the line of its file, from 1; nil for a rule of a program.
    public init(
        _ effect: Effect, _ who: [IdentityPattern], _ methods: MethodSet, _ paths: [PathPattern], line: Int? = nil
    ) {
        self.effect = effect
        self.who = who
        self.methods = methods
        self.paths = paths
        self.line = line
    }

    /// True when somebody is meant.
    func concerns(_ identity: PeerIdentity) -> Bool { who.contains { $0.matches(identity) } }
}

extension AccessRule: CustomStringConvertible {
    /// The rule on one line: `allow psk:pump-*: read on sensors/**`.
    public var description: String {
        let names = PrintableText.escaped(who.map(\.description).joined(separator: ", ").utf8)
        let places = PrintableText.escaped(paths.map(\.description).joined(separator: ", ").utf8)
        return "\(effect.rawValue) \(names): \(methods) on \(places)"
    }
}
