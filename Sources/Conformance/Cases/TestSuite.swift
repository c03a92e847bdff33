// SPDX-License-Identifier: Apache-2.0

package import CoAP

/// The cases of ETSI's CoAP plugtest 4 that a server can be judged by.
package enum TestSuite {
    /// All, in the order of their names within each family.
    package static let all: [TestCase] =
        sorted(CoreCases.all + ValidationCases.all) + BlockCases.all + LinkCases.all + sorted(ObserveCases.all)
        + SecurityCases.all

    /// Those that one of the patterns names; all without a pattern.
    package static func matching(_ patterns: [String]) -> [TestCase] {
        patterns.isEmpty ? all : all.filter { one in patterns.contains { one.matches($0) } }
    }

    /// As ``matching(_:)``, for patterns that somebody wrote.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for a pattern that names no case, or is the server's URI.
    package static func selection(_ patterns: [String]) throws(CoAPError) -> [TestCase] {
        for pattern in patterns where matching([pattern]).isEmpty {
            let shown = PrintableText.escaped(pattern.utf8)
            guard !pattern.contains("://") else {
                throw CoAPError(
                    .invalidArgument,
                    "'\(shown)' stands where a pattern is expected; put the server before --tests")
            }
            throw CoAPError(.invalidArgument, "no case is called '\(shown)'; --list shows them")
        }
        return matching(patterns)
    }

    private static func sorted(_ cases: [TestCase]) -> [TestCase] { cases.sorted { $0.id < $1.id } }
}
