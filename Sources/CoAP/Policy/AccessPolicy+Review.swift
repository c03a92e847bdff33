// SPDX-License-Identifier: Apache-2.0

extension AccessPolicy {
    /// A rule that changes nothing, and why.
    package struct IdleRule: Hashable, Sendable {
        /// Its place among the policy's rules.
        package let rule: Int
        /// Why it changes nothing.
        package let reason: String
    }

    /// More rules are not compared with one another, which takes a time that grows with their square.
    package static let maximumComparedRules = 2_000

    /// The rules that can never decide, as far as that can be told rule by rule.
    package var idleRules: [IdleRule] {
        var idle: [Int: String] = [:]
        // From the end: of two that say the same the later is idle, and an idle one makes no other idle.
        let isCompared = rules.count <= Self.maximumComparedRules
        for number in rules.indices.reversed() {
            let others = isCompared ? rules.indices.filter { $0 != number && idle[$0] == nil } : []
            idle[number] = whyIdle(number, besides: others)
        }
        return idle.sorted { $0.key < $1.key }.map { IdleRule(rule: $0.key, reason: $0.value) }
    }

    private func whyIdle(_ number: Int, besides others: [Int]) -> String? {
        let rule = rules[number]
        if rule.methods.isEmpty { return "it names no method" }
        if rule.paths.isEmpty { return "it names no path" }
        let people = rule.who.flatMap(\.members)
        if people.isEmpty { return "it is about nobody: its group is empty" }
        if rule.paths.allSatisfy(\.needsName), people.allSatisfy({ $0.kind == .anonymous }) {
            return "anonymous peers have no name for {identity}"
        }
        var covering: Set<Int> = []
        for who in people {
            for path in rule.paths {
                guard let other = others.first(where: { rules[$0].covers(rule, for: who, on: path) }) else {
                    return nil
                }
                covering.insert(other)
            }
        }
        let names = covering.sorted().map { rules[$0].line.map { "line \($0)" } ?? "rule \($0 + 1)" }
        let isDenied = rule.effect == .allow && covering.contains { rules[$0].effect == .deny }
        return "\(isDenied ? "denied" : "said") already by \(names.joined(separator: " and "))"
    }
}

extension AccessRule {
    /// True when this rule leaves nothing to another one for somebody on a path.
    fileprivate func covers(_ other: AccessRule, for who: IdentityPattern, on path: PathPattern) -> Bool {
        (effect == other.effect || effect == .deny) && methods.isSuperset(of: other.methods)
            && self.who.contains { $0.covers(who) } && paths.contains { $0.covers(path) }
    }
}

extension IdentityPattern {
    /// The patterns of a group, or this one.
    var members: [IdentityPattern] {
        if case .oneOf(let members) = kind { members.flatMap(\.members) } else { [self] }
    }
}
