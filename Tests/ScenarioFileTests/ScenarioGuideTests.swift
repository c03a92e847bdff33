// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator
import Glibc
import Testing

@testable import ScenarioFile

@Suite("The guide to scenarios")
struct ScenarioGuideTests {
    private static func guide() throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
        let file = try #require(fopen("\(root)/docs/scenarios.md", "r"))
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    @Test("Its examples are scenarios")
    func examples() throws {
        let parts = try Self.guide().split(separator: "```yaml\n").dropFirst()
        #expect(parts.count >= 3)
        for part in parts {
            let text = part.split(separator: "```", omittingEmptySubsequences: false)[0]
            let document = try ScenarioDocument(text.utf8, name: "scenarios.md")
            #expect(document.scenario.deviceCount > 0)
        }
    }

    @Test("It names every key, every word and every signal")
    func complete() throws {
        let guide = try Self.guide()
        let words =
            ScenarioPart.allCases.flatMap(\.keys) + FaultReader.kinds + EventReader.actions + ReportReader.formats
            + PowerReader.radios.map(\.name) + ScenarioDocument.shippedNames
        for word in words {
            let isNamed = [" \(word)`", "`\(word)`", "`\(word):", "{\(word):", " \(word):", "\"\(word)\""].contains {
                guide.contains($0)
            }
            #expect(isNamed, "\(word)")
        }
    }
}
