// SPDX-License-Identifier: Apache-2.0

import CoAP
import PolicyFile
import SenML

/// What a policy says of somebody's request, for a person and as JSON.
struct PolicyReport {
    let document: PolicyDocument
    let method: Method
    let path: [String]
    let answers: [(peer: String, explanation: AccessExplanation)]

    /// True when it is allowed, however the identity was taken.
    var isAllowed: Bool { answers.allSatisfy(\.explanation.decision.isAllowed) }

    private var request: String { "\(method) \(CoAPURI.Reference(path: path))" }

    /// An answer a paragraph.
    var text: String { answers.map(text).joined() }

    private func text(_ peer: String, _ explanation: AccessExplanation) -> String {
        let decision = explanation.decision
        var lines = [
            decision.refusal.map { "denied: \(request) as \(peer) is answered \($0)" }
                ?? "allowed: \(request) as \(peer)"
        ]
        lines.append("  by \(reason(decision))")
        if let overruled = explanation.overruled { lines.append("  over: \(shown(overruled))") }
        for near in explanation.nearMisses {
            let lack =
                near.isMethod ? "not this path" : near.isPath ? "not \(method)" : "neither \(method) nor this path"
            lines.append("  near: \(shown(near.rule)) (\(lack))")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func reason(_ decision: AccessDecision) -> String {
        if let rule = decision.rule { return shown(rule) }
        return decision.isAllowed
            ? "default: everybody may read the list of resources, which shows what the peer may use"
            : "default: no rule allows it"
    }

    private func shown(_ number: Int) -> String {
        let rule = document.policy.rules[number]
        return "\(PrintableText.escaped(document.name.utf8)):\(rule.line ?? 0): \(rule)"
    }

    /// One object.
    var json: JSONValue {
        .object([
            .init("method", .string(method.description)),
            .init("path", .string(CoAPURI.Reference(path: path).description)),
            .init("allowed", .bool(isAllowed)),
            .init("answers", .array(answers.map(json))),
        ])
    }

    private func json(_ peer: String, _ explanation: AccessExplanation) -> JSONValue {
        let decision = explanation.decision
        return .object([
            .init("identity", .string(peer)),
            .init("allowed", .bool(decision.isAllowed)),
            .init("code", decision.refusal.map { .string($0.dotted) } ?? .null),
            .init("rule", decision.rule.map { .object(json($0)) } ?? .null),
            .init("overruled", explanation.overruled.map { .object(json($0)) } ?? .null),
            .init(
                "near",
                .array(
                    explanation.nearMisses.map { near in
                        .object(
                            json(near.rule) + [
                                .init("method", .bool(near.isMethod)), .init("path", .bool(near.isPath)),
                            ])
                    })),
        ])
    }

    private func json(_ number: Int) -> [JSONValue.Member] {
        let rule = document.policy.rules[number]
        return [.init("line", .number(Double(rule.line ?? 0))), .init("text", .string(rule.description))]
    }
}
