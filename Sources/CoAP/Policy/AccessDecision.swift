// SPDX-License-Identifier: Apache-2.0

/// What an ``AccessPolicy`` says of one request.
public struct AccessDecision: Hashable, Sendable {
    /// True when it may be carried out.
    public let isAllowed: Bool

    /// The place of the rule that decides among the policy's: the first that denies, else the first that allows; nil when none is
    /// about the request, which is denied then unless it reads `.well-known/core`.
    public let rule: Int?

    /// The code a refused request is answered with: 4.01 to nobody in particular, 4.03 to somebody; nil when it is allowed
    /// (RFC 7252 §5.9.2.2, §5.9.2.4).
    public let refusal: Code?

    init(isAllowed: Bool, rule: Int?, identity: PeerIdentity) {
        self.isAllowed = isAllowed
        self.rule = rule
        refusal = isAllowed ? nil : identity.isNobody ? .unauthorized : .forbidden
    }
}

/// What an ``AccessPolicy`` says of one request, and which rules came near.
public struct AccessExplanation: Hashable, Sendable {
    /// A rule that is about the peer, but not about the request.
    public struct NearMiss: Hashable, Sendable {
        /// Its place among the policy's rules.
        public let rule: Int
        /// True when it is about the method.
        public let isMethod: Bool
        /// True when it is about the path.
        public let isPath: Bool
    }

    /// The decision.
    public let decision: AccessDecision
    /// The place of the first rule that allows the request where another one denies it; nil when there is none.
    public let overruled: Int?
    /// The rules that came near, in the policy's order.
    public let nearMisses: [NearMiss]
}
