// SPDX-License-Identifier: Apache-2.0

/// Thrown to end a case before its last check.
package struct CaseEnd: Error, Hashable, Sendable {
    /// What becomes of the case.
    package let verdict: Verdict

    /// The server broke a rule.
    package static func fail(_ reason: String) -> CaseEnd { CaseEnd(verdict: .fail(reason)) }
    /// The case cannot be tried.
    package static func skip(_ reason: String) -> CaseEnd { CaseEnd(verdict: .skipped(reason)) }
    /// What was seen decides nothing.
    package static func inconclusive(_ reason: String) -> CaseEnd { CaseEnd(verdict: .inconclusive(reason)) }
}
