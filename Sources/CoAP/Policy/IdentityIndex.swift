// SPDX-License-Identifier: Apache-2.0

/// Which rules are about an identity. Names are looked up by their hash and patterns with gaps are tried one by one, each once
/// however many rules and groups name it; so neither a large group nor many rules about it make a peer's first request slow.
struct IdentityIndex: Sendable {
    /// A pattern, or a group.
    private struct Node: Sendable {
        /// The groups it is a member of.
        var groups: [Int] = []
        /// The rules that name it.
        var rules: [Int] = []
    }

    private var nodes: [Node] = []
    private var patterns: [IdentityPattern: Int] = [:]
    private var withGaps: [(pattern: IdentityPattern, node: Int)] = []
    private let ruleCount: Int

    /// How many patterns have to be tried for each identity.
    var triedCount: Int { withGaps.count }

    init(_ rules: [AccessRule]) {
        ruleCount = rules.count
        // The last group of each name: rules that name a group have the same one, which is told at once.
        var groups: [String: (members: [IdentityPattern], node: Int)] = [:]
        for (number, rule) in rules.enumerated() {
            for pattern in rule.who { nodes[add(pattern, &groups)].rules.append(number) }
        }
    }

    private mutating func add(
        _ pattern: IdentityPattern, _ groups: inout [String: (members: [IdentityPattern], node: Int)]
    ) -> Int {
        if case .oneOf(let members) = pattern.kind {
            if let known = groups[pattern.description], known.members == members { return known.node }
            let new = append()
            for member in members { nodes[add(member, &groups)].groups.append(new) }
            groups[pattern.description] = (members, new)
            return new
        }
        if let known = patterns[pattern] { return known }
        let new = append()
        patterns[pattern] = new
        if pattern.hasGaps { withGaps.append((pattern, new)) }
        return new
    }

    private mutating func append() -> Int {
        nodes.append(Node())
        return nodes.count - 1
    }

    /// The rules that are about an identity: a bit for each rule, 64 to a word.
    func rules(for identity: PeerIdentity) -> [UInt64] {
        var bits = [UInt64](repeating: 0, count: (ruleCount + 63) / 64)
        var found = IdentityPattern.withoutGaps(meaning: identity).compactMap { patterns[$0] }
        for (pattern, node) in withGaps where pattern.matches(identity) { found.append(node) }
        var seen = Set(found)
        while let next = found.popLast() {
            for rule in nodes[next].rules { bits[rule >> 6] |= 1 << UInt64(rule & 63) }
            for group in nodes[next].groups where seen.insert(group).inserted { found.append(group) }
        }
        return bits
    }
}
