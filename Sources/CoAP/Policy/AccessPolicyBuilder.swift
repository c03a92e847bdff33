// SPDX-License-Identifier: Apache-2.0

/// A rule of an ``AccessPolicy`` that allows something.
public struct Allow: Sendable {
    let rule: AccessRule

    /// Allows somebody to use methods on paths.
    ///
    /// - Parameters:
    ///   - who: whom; see ``IdentityPattern``.
    ///   - methods: which methods.
    ///   - paths: where; see ``PathPattern``.
    public init(_ who: IdentityPattern, _ methods: MethodSet, _ paths: PathPattern...) {
        rule = AccessRule(.allow, [who], methods, paths)
    }
}

/// A rule of an ``AccessPolicy`` that denies something, whatever others allow.
public struct Deny: Sendable {
    let rule: AccessRule

    /// Denies somebody methods on paths.
    ///
    /// - Parameters:
    ///   - who: whom; see ``IdentityPattern``.
    ///   - methods: which methods.
    ///   - paths: where; see ``PathPattern``.
    public init(_ who: IdentityPattern, _ methods: MethodSet, _ paths: PathPattern...) {
        rule = AccessRule(.deny, [who], methods, paths)
    }
}

/// Puts the rules of an ``AccessPolicy`` together.
@resultBuilder
public enum AccessPolicyBuilder {
    /// A rule that allows.
    ///
    /// - Parameter allow: the rule.
    public static func buildExpression(_ allow: Allow) -> [AccessRule] { [allow.rule] }

    /// A rule that denies.
    ///
    /// - Parameter deny: the rule.
    public static func buildExpression(_ deny: Deny) -> [AccessRule] { [deny.rule] }

    /// Rules one after the other.
    ///
    /// - Parameter rules: the rules.
    public static func buildBlock(_ rules: [AccessRule]...) -> [AccessRule] { rules.flatMap { $0 } }

    /// Rules under a condition.
    ///
    /// - Parameter rules: the rules; nil when the condition does not hold.
    public static func buildOptional(_ rules: [AccessRule]?) -> [AccessRule] { rules ?? [] }

    /// Rules of a condition that holds.
    ///
    /// - Parameter rules: the rules.
    public static func buildEither(first rules: [AccessRule]) -> [AccessRule] { rules }

    /// Rules of a condition that does not hold.
    ///
    /// - Parameter rules: the rules.
    public static func buildEither(second rules: [AccessRule]) -> [AccessRule] { rules }

    /// Rules of a loop.
    ///
    /// - Parameter rules: the rules of each pass.
    public static func buildArray(_ rules: [[AccessRule]]) -> [AccessRule] { rules.flatMap { $0 } }
}
