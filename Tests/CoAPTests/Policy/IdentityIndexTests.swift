// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import CoAP

@Suite("Which rules are about an identity")
struct IdentityIndexTests {
    /// The rules that the index finds.
    private static func found(_ index: IdentityIndex, _ identity: PeerIdentity) -> [Int] {
        index.rules(for: identity).enumerated().flatMap { word, bits in
            (0..<64).filter { bits & (1 << UInt64($0)) != 0 }.map { 64 * word + $0 }
        }
    }

    private static func rules(_ who: [[IdentityPattern]]) -> [AccessRule] {
        who.map { AccessRule(.allow, $0, .read, []) }
    }

    @Test(
        "They are those with a pattern that means it, whichever way groups are put together",
        arguments: 1...8 as ClosedRange<UInt64>)
    func differential(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        var patterns = IdentityPatternTests.table.map(\.pattern)
        // Groups of groups, some of one name and other members, some twice.
        for number in 0..<40 {
            let members = (0..<Int.random(in: 0...4, using: &numbers)).compactMap { _ in
                patterns.randomElement(using: &numbers)
            }
            patterns.append(.group("group-\(number % 5)", of: members))
        }
        let rules = Self.rules(
            (0..<200).map { _ in
                (0..<Int.random(in: 0...2, using: &numbers)).compactMap { _ in patterns.randomElement(using: &numbers) }
            })
        let index = IdentityIndex(rules)
        for (name, peer) in IdentityPatternTests.peers {
            #expect(Self.found(index, peer) == rules.indices.filter { rules[$0].concerns(peer) }, "\(name)")
        }
    }

    @Test("Of a large group that many rules name only the patterns with gaps are tried, each once")
    func largeGroup() throws {
        let names = try (0..<2_000).map { try IdentityPattern("psk:pump-\($0)") }
        let group = IdentityPattern.group("pumps", of: names + ["psk:valve-*"])
        let index = IdentityIndex(Self.rules((0..<300).map { $0 % 3 == 0 ? ["psk:*-7", group] : [group] }))
        #expect(index.triedCount == 2)
        #expect(Self.found(index, IdentityPatternTests.key("pump-1999")) == Array(0..<300))
        #expect(Self.found(index, IdentityPatternTests.key("valve-x")) == Array(0..<300))
        #expect(Self.found(index, IdentityPatternTests.key("x-7")) == Array(stride(from: 0, to: 300, by: 3)))
        #expect(Self.found(index, IdentityPatternTests.certificate("pump-1999")).isEmpty)
        #expect(Self.found(IdentityIndex([]), .anonymous).isEmpty)
    }
}
