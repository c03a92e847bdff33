// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("What is recorded of what a server lists")
struct RecordingChoiceTests {
    private func choice(_ links: String, _ paths: [String] = []) throws -> RecordingChoice {
        RecordingChoice(try LinkFormat(parsing: Array(links.utf8)), paths: paths)
    }

    private let room = """
        </sensors/temperature>;rt="temperature";if="core.s";ct="0 110 112";obs,</actuators/led>;if="core.a";obs,</count>,\
        </firmware>;sz=262144;ct=42,</image>;ct=42,</info>;if="core.rp",<coap://192.0.2.1/x>,</.well-known/core>;ct=40
        """

    @Test("Sensors and actuators, and what may give a number; the rest with its reason")
    func all() throws {
        let choice = try choice(room)
        #expect(choice.candidates.map(\.path) == ["sensors/temperature", "actuators/led", "count"])
        #expect(choice.candidates.map(\.isWanted) == [true, true, false])
        #expect(choice.candidates.map(\.isObservable) == [true, true, false])
        #expect(choice.candidates.map(\.accept) == [.senMLJSON, nil, nil])
        #expect(choice.skipped.map(\.path) == ["/firmware", "/image", "/info", "coap://192.0.2.1/x"])
        #expect(choice.skipped[0].reason.contains("262144 bytes") && choice.skipped[1].reason.contains("format"))
    }

    @Test("Those that were asked for, by path and by pattern, listed or not")
    func paths() throws {
        let choice = try choice(room, ["/sensors/*", "info", "/time?ticks", "/nothing/*"])
        #expect(choice.candidates.map { "\($0.reference)" } == ["/sensors/temperature", "/info", "/time?ticks"])
        #expect(choice.candidates.map(\.path) == ["sensors/temperature", "info", "time"])
        #expect(choice.candidates.map(\.isWanted) == [true, true, true])
        #expect(choice.skipped.map(\.path) == ["coap://192.0.2.1/x"])
    }

    @Test("Paths that a scenario cannot have", arguments: ["</>", "</a//b>", "</a%2Fb>", "</%7Bn%7D>", "</a%20b>"])
    func unusable(links: String) throws {
        let choice = try choice(links + ";if=core.s")
        #expect(choice.candidates.isEmpty && choice.skipped.count == 1)
    }

    @Test("No more than a device may have; sensors come first")
    func many() throws {
        let sensors = (0..<70).map { "</s/\($0)>;if=core.s" }
        let others = (0..<70).map { "</o/\($0)>" }
        let choice = try choice((others + sensors).joined(separator: ","))
        #expect(choice.candidates.count == RecordingChoice.maximum)
        #expect(choice.candidates.allSatisfy { $0.path.hasPrefix("s/") } && choice.skipped.count == 76)
    }
}
