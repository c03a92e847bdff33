// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("Help pages")
struct HelpTests {
    @Test(
        "Usage first, exit codes last, and the examples are those of the tool",
        arguments: [
            (.get, ["--help"], "  coap-get --identity "), (.put, ["-h"], "  coap-put --identity "),
            (.coap, ["--help"], "  coap get --identity "), (.coap, ["get", "--help"], "  coap get --identity "),
            (.coap, ["help", "put"], "  coap put --identity "), (.coap, ["bench", "--help"], "  coap bench "),
            (.coap, ["policy", "--help"], "  coap policy check "),
            (.coap, ["policy", "explain", "--help"], "  coap policy explain "),
            (.coap, ["keys", "--help"], "  coap keys init "), (.coap, ["help", "keys", "show"], "coap keys show "),
            (.coap, ["simulate", "--help"], "  coap simulate "), (.server, ["--help"], "  coap-server --listen "),
        ] as [(Tool, [String], String)])
    func page(tool: Tool, arguments: [String], example: String) async throws {
        let result = try await ToolProcess.run(tool, arguments)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.transcript)")
        let usage = try #require(result.output.range(of: "USAGE: "))
        let codes = try #require(result.output.range(of: "\n\nEXIT CODES:\n  0 "))
        #expect(usage.lowerBound < codes.lowerBound && result.output[..<usage.lowerBound].contains(example))
        #expect(!result.output[codes.upperBound...].contains("\n\n"))
        for line in result.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test("Help for a command that is not there", arguments: [["help", "nope"], ["help", "keys", "nope"]])
    func unknown(arguments: [String]) async throws {
        let result = try await ToolProcess.run(.coap, arguments)
        #expect(result.status == 64 && result.output.isEmpty && result.complainsOnce, "\(result.transcript)")
        #expect(result.errors.contains("'nope'"))
    }

    @Test("Completion: the help tells of it, and identities come from the keys folder")
    func completion() async throws {
        let help = try await ToolProcess.run(.coap, ["--help"])
        #expect(help.output.contains("--generate-completion-script"))
        let script = try await ToolProcess.run(.coap, ["--generate-completion-script", "bash"])
        #expect(script.status == 0 && script.output.contains("complete -o filenames"), "\(script.status)")
        let folder = try TemporaryFolder()
        try await ToolProcess.run(.coap, ["keys", "init"], folder: folder.path).expectSuccess()
        try await ToolProcess.run(.coap, ["keys", "add", "porch"], folder: folder.path).expectSuccess()
        func identities(_ words: [String]) async throws -> ToolResult {
            try await ToolProcess.run(
                .coap, ["---completion", "get", "--", "--identity", "\(words.count - 1)", "0"] + words,
                folder: folder.path)
        }
        let found = try await identities(["coap", "get", "--identity", ""])
        #expect(found.output.split(separator: "\n") == ["device-1", "porch"], "\(found.transcript)")
        let other = try await identities(["coap", "get", "--keys", "nowhere", "--identity", ""])
        #expect(other.status == 0 && !other.output.contains("device"), "\(other.transcript)")
    }
}
