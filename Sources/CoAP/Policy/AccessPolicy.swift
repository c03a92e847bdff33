// SPDX-License-Identifier: Apache-2.0

/// Who may do what and where: rules of identities, methods and paths.
///
/// ```swift
/// let policy = AccessPolicy {
///     Allow("device-*", .read, "sensors/**")
///     Allow("device-*", .write, "devices/{identity}/**")
///     Allow(.group("operators", "psk:admin", "cert:ops-*"), .all, "**")
///     Deny("psk:admin", .write, "firmware")
/// }
/// router.add(AccessControl(policy))
/// ```
///
/// What no rule allows is denied. A rule that denies goes before all that allow, wherever it stands: so the order of rules means
/// nothing, one more `Allow` never lifts a `Deny`, and one more `Deny` never gives a right to anybody.
///
/// One request needs no rule: everybody may read `.well-known/core`, which lists the resources of which the peer may use a
/// method at least.
public struct AccessPolicy: Sendable {
    /// The rules; their order means nothing.
    public let rules: [AccessRule]
    private let index: PolicyIndex

    /// How many identities it has looked at and remembers.
    var rememberedIdentities: Int { index.viewCount }

    /// A policy of these rules.
    public init(rules: [AccessRule]) {
        self.rules = rules
        index = PolicyIndex(rules)
    }

    /// A policy of the rules that stand in a closure.
    ///
    /// - Parameter rules: `Allow` and `Deny`.
    public init(@AccessPolicyBuilder _ rules: () -> [AccessRule]) { self.init(rules: rules()) }

    /// Whether a peer may use a method on a path.
    ///
    /// - Parameters:
    ///   - identity: who asks.
    ///   - method: what for.
    ///   - path: the segments of the path, decoded. More than 32 lead nowhere and are denied to everybody.
    public func decision(for identity: PeerIdentity, _ method: Method, _ path: [String]) -> AccessDecision {
        if method == .get, path == WellKnownCore.path {
            return AccessDecision(isAllowed: true, rule: nil, identity: identity)
        }
        return index.decision(for: identity, method, path)
    }

    /// Why a peer may or may not use a method on a path: the decision, and the rules that are about the peer but not about
    /// this method or path.
    ///
    /// - Parameters:
    ///   - identity: who asks.
    ///   - method: what for.
    ///   - path: the segments of the path, decoded.
    public func explanation(
        for identity: PeerIdentity, _ method: Method, _ path: [String]
    ) -> AccessExplanation {
        let decision = decision(for: identity, method, path)
        var overruled: Int?
        var near: [AccessExplanation.NearMiss] = []
        for (number, rule) in rules.enumerated() where rule.concerns(identity) {
            let isMethod = rule.methods.contains(method)
            let isPath = rule.paths.contains { $0.matches(path, name: identity.segment, rule.effect) }
            if !isMethod || !isPath {
                near.append(.init(rule: number, isMethod: isMethod, isPath: isPath))
            } else if rule.effect == .allow, !decision.isAllowed {
                overruled = overruled ?? number
            }
        }
        return AccessExplanation(decision: decision, overruled: overruled, nearMisses: near)
    }
}
