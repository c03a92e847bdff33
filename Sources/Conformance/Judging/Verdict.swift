// SPDX-License-Identifier: Apache-2.0

/// What became of a case.
package enum Verdict: Hashable, Sendable {
    /// The server did what the case asks for.
    case pass
    /// It did something else.
    case fail(String)
    /// The case could not be tried.
    case skipped(String)
    /// What was seen decides nothing.
    case inconclusive(String)

    /// What becomes of the cases left when the server fell silent.
    package static let notTried = Verdict.inconclusive("not tried: the server fell silent")

    /// One word.
    package var word: String {
        switch self {
        case .pass: "pass"
        case .fail: "fail"
        case .skipped: "skipped"
        case .inconclusive: "inconclusive"
        }
    }

    /// Why it is no pass; nil for one.
    package var reason: String? {
        switch self {
        case .pass: nil
        case .fail(let reason), .skipped(let reason), .inconclusive(let reason): reason
        }
    }
}
