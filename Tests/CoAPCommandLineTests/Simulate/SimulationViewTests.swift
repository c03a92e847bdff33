// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What `coap simulate` shows while it runs, and how it is ended.
@Suite("The view of coap simulate", .timeLimit(.minutes(5)))
struct SimulationViewTests {
    private static let (enter, leave) = ("\u{1B}[?1049h\u{1B}[?25l", "\u{1B}[?25h\u{1B}[?1049l")

    @Test("A terminal has a panel, gets its screen back, and the report on it")
    func panel() async throws {
        let folder = try SimulatedFleet.folder(SimulatedFleet.rooms(3, duration: 3))
        let terminal = try PseudoTerminal()
        let tool = try terminal.run(["simulate", folder.path("rooms.yaml")])
        let result = await tool.end()
        #expect(result.status == 0, "\(result.transcript)")
        let shown = try await terminal.output { $0.contains("0 failed\r\n  ok") }
        #expect(shown.hasPrefix(Self.enter), "\(shown.debugDescription)")
        #expect(shown.contains("3 of 3 up") && shown.contains("reports/s") == false, "\(shown.debugDescription)")
        let parts = shown.components(separatedBy: Self.leave)
        #expect(parts.count == 2 && parts.last?.hasPrefix("rooms: 3 devices, ") == true, "\(shown.debugDescription)")
    }

    @Test("Ctrl-C ends a run before its time with the report", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        let folder = try SimulatedFleet.folder(SimulatedFleet.rooms(3, duration: 600))
        let terminal = try PseudoTerminal()
        let tool = try terminal.run(["simulate", folder.path("rooms.yaml")])
        _ = try await terminal.output { $0.contains("3 of 3 up") }
        kill(tool.id, signal)
        let result = await tool.end()
        #expect(result.status == 128 + signal, "\(result.transcript)")
        let shown = try await terminal.output { $0.contains("0 failed\r\n  ok") }
        let parts = shown.components(separatedBy: Self.leave)
        #expect(parts.count == 2 && parts.last?.contains(", interrupted\r\n") == true, "\(shown.debugDescription)")
    }

    @Test("Elsewhere lines say how it goes")
    func lines() async throws {
        let folder = try SimulatedFleet.folder(SimulatedFleet.rooms(2, duration: 600))
        let tool = try ToolProcess(.coap, ["simulate", "rooms.yaml"], folder: folder.path)
        let seen = await tool.errors { $0.contains("\n") }
        let line = seen.errors.prefix { $0 != "\n" }
        #expect(line.hasPrefix("2026-01-15T06:00:0") && line.contains(", 2/2 up, 2 handshakes (0 failed), "), "\(line)")
        tool.interrupt()
        let result = await tool.end()
        #expect(result.status == 130 && result.output.hasPrefix("rooms: 2 devices, "), "\(result.transcript)")
    }
}
