// SPDX-License-Identifier: Apache-2.0

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

    private static func sorted(_ cases: [TestCase]) -> [TestCase] { cases.sorted { $0.id < $1.id } }
}
