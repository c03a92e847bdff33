// SPDX-License-Identifier: Apache-2.0

extension AccessPolicy {
    /// A rule that changes nothing, and why.
    package struct IdleRule: Hashable, Sendable {
        /// Its place among the policy's rules.
        package let rule: Int
        /// Why it changes nothing.
        package let reason: String
    }

    /// Rules with more pairs of somebody and a path in them are not compared with one another, which takes a time that grows
    /// with the square of their number.
    package static let maximumComparedPairs = 2_000

    /// True when there are few enough pairs of somebody and a path.
    private var isComparable: Bool {
        var room = Self.maximumComparedPairs
        for rule in rules {
            room -= max(1, rule.paths.count) * max(1, rule.who.reduce(0) { $0 + $1.memberCount })
            if room < 0 { return false }
        }
        return true
    }

    /// The rules that can never decide, as far as that can be told rule by rule.
    package var idleRules: [IdleRule] {
        var idle: [Int: String] = [:]
        // From the end: of two that say the same the later is idle, and an idle one makes no other idle.
        let isCompared = isComparable
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
        if rule.who.allSatisfy(\.isEmpty) { return "it is about nobody: its group is empty" }
        if rule.who.allSatisfy(\.isAnonymous), rule.paths.allSatisfy(\.needsName) {
            return "anonymous peers have no name for {identity}"
        }
        guard !others.isEmpty else { return nil }
        let people = rule.who.flatMap(\.members)
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
    fileprivate var members: [IdentityPattern] {
        if case .oneOf(let members) = kind { members.flatMap(\.members) } else { [self] }
    }

    fileprivate var memberCount: Int {
        if case .oneOf(let members) = kind { members.reduce(0) { $0 + $1.memberCount } } else { 1 }
    }

    /// True for a group without members.
    fileprivate var isEmpty: Bool {
        if case .oneOf(let members) = kind { members.allSatisfy(\.isEmpty) } else { false }
    }

    /// True when nobody but anonymous peers is meant.
    fileprivate var isAnonymous: Bool {
        if case .oneOf(let members) = kind { members.allSatisfy(\.isAnonymous) } else { kind == .anonymous }
    }
}
