// SPDX-License-Identifier: Apache-2.0

/// A case with its verdict.
package struct CaseResult: Hashable, Sendable {
    /// `TD_COAP_CORE_01`.
    package let id: String
    /// What it is about.
    package let title: String
    /// The section that demands it.
    package let rfc: String
    package let verdict: Verdict
    /// What else is worth knowing, such as which of several allowed ways the server took.
    package let notes: [String]
    /// How long it took.
    package let duration: Duration
    /// Every message in both directions, each on a line that is safe to show.
    package let wire: [String]
}

extension CaseResult {
    /// Of a case that did not begin.
    init(_ testCase: TestCase, _ verdict: Verdict) {
        self.init(
            id: testCase.id, title: testCase.title, rfc: testCase.rfc, verdict: verdict, notes: [], duration: .zero,
            wire: [])
    }
}
