// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import SenML
import Testing

@Suite("A server that sends what would drive a terminal")
struct HostileServerTests {
    /// Clears the screen, names the window, and sends a bell.
    private static let attack = "\u{1B}[2J\u{1B}]0;mine\u{7}\u{9B}31mred"
    /// Turns text around, hides in it and breaks lines where no line feed is.
    private static let invisible = "\u{202E}\u{200B}\u{2028}\u{2029}\u{E0041}"

    private static func router() -> Router {
        let router = Router()
        router.get("text") { _, _ in attack }
        router.get("invisible") { _, _ in invisible }
        router.get("error") { _, _ in Response(.badRequest, text: attack) }
        return router
    }

    @Test("A pipe gets the bytes, --json escapes them, messages never have them")
    func output() async throws {
        try await Loopback.withServer(Self.router()) { uris in
            let server = uris[0].authority
            let piped = try await ToolProcess.run(.get, ["\(server)/text"])
            #expect(piped.status == 0 && piped.outputBytes == Array((Self.attack + "\n").utf8))
            let raw = try await ToolProcess.run(.get, ["--raw", "\(server)/text"])
            #expect(raw.status == 0 && raw.outputBytes == Array(Self.attack.utf8))

            let json = try await ToolProcess.run(.get, ["--json", "-v", "\(server)/text"])
            #expect(json.status == 0, "\(json.status)")
            #expect(Self.isHarmless(json.output) && Self.isHarmless(json.errors))
            #expect(json.output.contains("\\u001b[2J"))
            #expect(try JSONParser.parse(json.outputBytes)["text"] == .string(Self.attack))

            let hidden = try await ToolProcess.run(.get, ["--json", "\(server)/invisible"])
            #expect(hidden.output.contains(#""\u202e\u200b\u2028\u2029\udb40\udc41""#), "\(hidden.status)")
            #expect(try JSONParser.parse(hidden.outputBytes)["text"] == .string(Self.invisible))

            let error = try await ToolProcess.run(.get, ["-v", "\(server)/error"])
            #expect(error.status == 4 && Self.isHarmless(error.errors) && error.output.isEmpty)
            #expect(error.errors.contains("\\x1b[2J"))
        }
    }

    private static func isHarmless(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control }
    }
}
