// SPDX-License-Identifier: Apache-2.0

import CoAP
import TestSupport
import Testing

@testable import ScenarioFile

@Suite("Scenarios with mistakes of all kinds")
struct ScenarioFuzzTests {
    private static let words = [
        "0", "-1", "1e308", "nan", "~", "[", "]", "{", "}", ":", "- ", "\"", "*", "&a", "{n}", "{n:09}", "100000", " s",
        "%", "room.temperature", "shared: outside", "sum: [1]", "\n", "  ", "#", "9999999999999999999",
    ]

    @Test("Each is read or refused by a line, whatever was changed", arguments: 1...8 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) async throws {
        var numbers = SeededGenerator(seed: seed)
        let texts =
            try [Array(everything.utf8)]
            + ScenarioDocument.shippedNames.map { name in try #require(ScenarioDocument.shippedText(name)) }
        var (taken, refused) = (0, 0)
        for round in 0..<120 {
            if round.isMultiple(of: 10) { await Task.yield() }
            var text = texts[Int.random(in: 0..<texts.count, using: &numbers)]
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                let place = Int.random(in: 0..<text.count, using: &numbers)
                let length = min(Int.random(in: 0...6, using: &numbers), text.count - place)
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0: text.removeSubrange(place..<place + length)
                case 1: text[place] = UInt8.random(in: 0...255, using: &numbers)
                case 2:
                    let word = Self.words[Int.random(in: 0..<Self.words.count, using: &numbers)]
                    text.replaceSubrange(place..<place + length, with: Array(word.utf8))
                default:
                    let from = Int.random(in: 0..<text.count, using: &numbers)
                    text.insert(contentsOf: Array(text[from..<min(from + 40, text.count)]), at: place)
                }
                if text.isEmpty { text = [0x20] }
            }
            do throws(CoAPError) {
                _ = try ScenarioDocument(text, name: "s")
                taken += 1
            } catch {
                refused += 1
                #expect(error.code == .invalidArgument && error.message.hasPrefix("s:"), "\(error.message)")
                #expect(!error.message.contains("\n"), "\(error.message)")
            }
        }
        #expect(taken > 5 && refused > 20, "\(taken) \(refused)")
    }
}
