// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import Yams

@testable import ScenarioFile

@Suite("The schema of scenarios")
struct ScenarioSchemaTests {
    private static func schema() throws -> Node {
        try #require(try Yams.compose(yaml: String(decoding: ScenarioDocument.schema, as: UTF8.self), .basic))
    }

    private static func findings(_ text: String) throws -> [String] {
        let node = try #require(try Yams.compose(yaml: text, .basic))
        return SchemaValidator(root: try schema()).findings(node)
    }

    @Test("It has the keys that are read, all of them and no other")
    func keys() throws {
        let root = try Self.schema()
        let definitions = try #require(root.mapping?["$defs"]?.mapping)
        for part in ScenarioPart.allCases {
            let definition = part == .scenario ? root : try #require(definitions[Node(part.rawValue)])
            let mapping = try #require(definition.mapping)
            let keys = mapping["properties"]?.mapping?.keys.compactMap(\.scalar?.string) ?? []
            #expect(Set(keys) == Set(part.keys) && keys.count == part.keys.count, "\(part)")
            let required = mapping["required"]?.sequence?.compactMap(\.scalar?.string) ?? []
            #expect(Set(required) == Set(part.required), "\(part)")
            #expect(mapping["additionalProperties"]?.scalar?.string == "false", "\(part)")
        }
    }

    @Test("Every key of the format stands in the example of everything")
    func exercised() throws {
        // Where keys of several parts have the same name, the readers' own tests tell them apart.
        let text =
            everything
            + ScenarioDocument.shippedNames.compactMap(ScenarioDocument.shippedText).map {
                String(decoding: $0, as: UTF8.self)
            }.joined()
        for part in ScenarioPart.allCases {
            for key in part.keys where !["file", "column", "time-column"].contains(key) {
                #expect(text.contains("\(key):"), "\(part).\(key)")
            }
        }
    }

    @Test("The scenarios that come with the program fit it", arguments: ScenarioDocument.shippedNames)
    func shipped(name: String) throws {
        let text = try #require(ScenarioDocument.shippedText(name))
        #expect(try Self.findings(String(decoding: text, as: UTF8.self)) == [])
    }

    @Test("All that can be written fits it")
    func all() throws {
        #expect(try Self.findings(everything) == [])
        #expect(
            try Self.findings(ScenarioDocument.yaml(of: try ScenarioDocument(everything.utf8, name: "s").scenario))
                == [])
    }

    @Test("Broken scenarios do not fit it, as far as a schema can tell")
    func broken() throws {
        let broken =
            RefusedScenarioTests.groups + RefusedScenarioTests.resources + RefusedScenarioTests.signals
            + RefusedScenarioTests.ends
        let schema = SchemaValidator(root: try Self.schema())
        // A schema does not know what stands elsewhere, nor what depends on the value of another key.
        let fitting = try broken.filter { broken in
            let node = try #require(try Yams.compose(yaml: broken.text, .basic))
            return schema.findings(node).isEmpty
        }
        #expect(broken.count - fitting.count >= 60, "\(fitting.map(\.parts))")
        for part in ["is no key", "is missing; write", "is no kind of signal", "has no unit", "is no unit of"] {
            #expect(!fitting.contains { $0.parts[0].contains(part) }, "\(part)")
        }
    }

    @Test("The copy in docs/ is the one that is embedded, and so are the scenarios")
    func copies() throws {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
        func bytes(_ path: String) throws -> [UInt8] {
            let file = try #require(fopen("\(root)/\(path)", "r"), "\(path)")
            defer { fclose(file) }
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            let count = fread(&buffer, 1, buffer.count, file)
            return Array(buffer.prefix(count))
        }
        #expect(try bytes("docs/scenario.schema.json") == ScenarioDocument.schema)
        #expect(try bytes("Sources/ScenarioFile/Schema/scenario.schema.json") == ScenarioDocument.schema)
        for name in ScenarioDocument.shippedNames {
            #expect(try bytes("Sources/ScenarioFile/Scenarios/\(name).yaml") == ScenarioDocument.shippedText(name))
        }
    }
}
