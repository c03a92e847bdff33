// SPDX-License-Identifier: Apache-2.0

/// The rules of a policy as a tree of path segments, so that a request costs what its path is long and not what the rules are
/// many. Which rules are about an identity is found out once and kept.
final class PolicyIndex: Sendable {
    /// What a rule says at the end of one of its paths.
    private struct End: Sendable {
        let rule: Int
        let methods: MethodSet
        let denies: Bool
    }

    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var globs: [SegmentGlob: Int] = [:]
        var any: Int?
        /// Apart for rules that allow and that deny, for which a peer's own name is not the same.
        var own: [AccessRule.Effect: Int] = [:]
        var rest: Int?
        /// True when every further segment leads here again.
        var isRest = false
        var ends: [End] = []
    }

    /// What holds for an identity whatever it asks for.
    private struct View: Sendable {
        /// A bit for each rule that is about it.
        var rules: [UInt64]
        var name: String?

        func contains(_ rule: Int) -> Bool { rules[rule >> 6] & (1 << UInt64(rule & 63)) != 0 }
    }

    private let nodes: [Node]
    private let people: IdentityIndex
    private let views = Locked<[PeerIdentity: View]>([:])

    /// How many identities are kept; when there are more, all of them are found out anew.
    static let maximumViews = 1024

    /// How many identities are kept now.
    var viewCount: Int { views.withLock { $0.count } }

    init(_ rules: [AccessRule]) {
        var nodes = [Node()]
        for (number, rule) in rules.enumerated() {
            for path in Set(rule.paths) {
                let end = path.segments.reduce(0) { Self.descend(from: $0, $1, rule.effect, &nodes) }
                nodes[end].ends.append(End(rule: number, methods: rule.methods, denies: rule.effect == .deny))
            }
        }
        self.nodes = nodes
        people = IdentityIndex(rules)
    }

    private static func descend(
        from node: Int, _ segment: PathPattern.Segment, _ effect: AccessRule.Effect, _ nodes: inout [Node]
    ) -> Int {
        let known: Int? =
            switch segment {
            case .literal(let text): nodes[node].literals[text]
            case .glob(let glob): nodes[node].globs[glob]
            case .any: nodes[node].any
            case .own: nodes[node].own[effect]
            case .rest: nodes[node].rest
            }
        if let known { return known }
        let new = nodes.count
        nodes.append(Node())
        switch segment {
        case .literal(let text): nodes[node].literals[text] = new
        case .glob(let glob): nodes[node].globs[glob] = new
        case .any: nodes[node].any = new
        case .own: nodes[node].own[effect] = new
        case .rest:
            nodes[node].rest = new
            nodes[new].isRest = true
        }
        return new
    }

    /// Whether a peer may use a method on a path; a rule that denies goes before all that allow.
    func decision(for identity: PeerIdentity, _ method: Method, _ path: [String]) -> AccessDecision {
        guard path.count <= PathTemplate.maximumSegments else {
            return AccessDecision(isAllowed: false, rule: nil, identity: identity)
        }
        let view = view(of: identity)
        var allowing: Int?
        var denying: Int?
        for node in ends(of: path, view.name) {
            for end in nodes[node].ends where end.methods.contains(method) && view.contains(end.rule) {
                if end.denies {
                    denying = min(denying ?? end.rule, end.rule)
                } else {
                    allowing = min(allowing ?? end.rule, end.rule)
                }
            }
        }
        return AccessDecision(
            isAllowed: denying == nil && allowing != nil, rule: denying ?? allowing, identity: identity)
    }

    /// The nodes that a path leads to. Each is reached from one node above it, or is a `**` and stays: none is there twice.
    private func ends(of path: [String], _ name: String?) -> [Int] {
        var current: [Int] = []
        reach(0, &current)
        for segment in path {
            var next: [Int] = []
            for index in current {
                let node = nodes[index]
                if node.isRest, !next.contains(index) { next.append(index) }
                if let literal = node.literals[segment] { reach(literal, &next) }
                for (pattern, target) in node.globs where pattern.matches(segment) { reach(target, &next) }
                if let any = node.any, !segment.isEmpty { reach(any, &next) }
                guard let name else { continue }
                for (effect, target) in node.own where effect.means(name, by: segment) { reach(target, &next) }
            }
            current = next
        }
        return current
    }

    /// Adds a node, and the `**` behind it, which may be no segment at all.
    private func reach(_ node: Int, _ nodes: inout [Int]) {
        nodes.append(node)
        // It may have come here by itself already.
        if let rest = self.nodes[node].rest, !nodes.contains(rest) { nodes.append(rest) }
    }

    private func view(of identity: PeerIdentity) -> View {
        if let known = views.withLock({ $0[identity] }) { return known }
        let view = View(rules: people.rules(for: identity), name: identity.segment)
        views.withLock { views in
            if views.count >= Self.maximumViews { views.removeAll(keepingCapacity: true) }
            views[identity] = view
        }
        return view
    }
}
