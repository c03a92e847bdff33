// SPDX-License-Identifier: Apache-2.0

import Foundation
import SenML
import Testing

@Suite("coap keys")
struct KeysToolTests {
    @Test("init makes everything once, add adds a device, list names them, and no key is shown")
    func keys() async throws {
        let folder = try TemporaryFolder()
        func run(_ arguments: [String]) async throws -> ToolResult {
            let result = try await ToolProcess.run(.coap, ["keys"] + arguments, folder: folder.path)
            if let psk = try? folder.read("keys/psk.json"), case .array(let entries) = try JSONParser.parse(psk) {
                for entry in entries {
                    guard case .string(let digits)? = entry["key"] else { continue }
                    #expect(digits.count >= 32 && !result.transcript.contains(digits))
                }
            }
            return result
        }
        let first = try await run(["init"])
        #expect(first.status == 0 && first.errors.isEmpty, "\(first.transcript)")
        #expect(first.output.split(separator: "\n").allSatisfy { $0.hasPrefix("made  keys/") }, "\(first.output)")
        let files = [
            "ca.pem", "ca.key", "server.pem", "server.key", "psk.json", "devices/device-1.pem", "devices/device-1.key",
        ]
        let contents = try files.map { try folder.read("keys/\($0)") }
        for (name, expected) in [("keys", 0o700), ("keys/psk.json", 0o600), ("keys/server.key", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
            #expect(attributes[.posixPermissions] as? Int == expected, "\(name)")
        }

        let second = try await run(["init"])
        #expect(second.status == 0 && second.output.contains("nothing was changed"), "\(second.transcript)")
        #expect(!second.output.contains("made"))
        #expect(try files.map { try folder.read("keys/\($0)") } == contents)

        let added = try await run(["add", "porch"])
        #expect(added.status == 0 && added.output.contains("made  keys/devices/porch.pem"), "\(added.transcript)")
        #expect(added.output.hasSuffix("a running coap-server takes the device up by itself within two seconds\n"))
        let again = try await run(["add", "porch"])
        #expect(again.status == 0 && again.output.contains("porch is there already"), "\(again.transcript)")
        let bad = try await run(["add", "../porch"])
        #expect(bad.status == 64 && bad.complainsOnce, "\(bad.transcript)")

        let list = try await run(["list"])
        #expect(list.status == 0, "\(list.transcript)")
        let lines = list.output.split(separator: "\n")
        #expect(
            lines.suffix(2).map { $0.prefix { $0 != "2" } } == [
                "the authority's certificate: until ", "the server's certificate: until ",
            ])
        let rows = lines.dropLast(2)
        #expect(rows.map { $0.split(separator: " ").first } == ["DEVICE", "device-1", "device-1", "porch", "porch"])
        #expect(rows.dropFirst().allSatisfy { $0.hasSuffix("  good") }, "\(list.output)")
    }

    @Test("Another folder, and one that is not there")
    func otherFolder() async throws {
        let folder = try TemporaryFolder()
        let made = try await ToolProcess.run(.coap, ["keys", "init", "--keys", "mine"], folder: folder.path)
        #expect(made.status == 0, "\(made.transcript)")
        #expect(try !folder.read("mine/psk.json").isEmpty)
        let missing = try await ToolProcess.run(.coap, ["keys", "list"], folder: folder.path)
        #expect(missing.status == 66 && missing.complainsOnce, "\(missing.transcript)")
    }
}
