// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite("Harness: programs beside the tests")
struct HarnessTests {
    @Test("Both outputs and the exit code are kept")
    func outputs() async throws {
        let process = try PeerProcess("/bin/sh", ["-c", "echo out; echo err >&2; exit 7"])
        let result = try await process.end()
        #expect(result.status == 7)
        #expect(result.output == "out\n")
        #expect(result.errors == "err\n")
    }

    @Test("A megabyte on each output does not stop the program")
    func muchOutput() async throws {
        let script = "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2; echo end"
        let result = try await PeerProcess("/bin/sh", ["-c", script]).end()
        #expect(result.status == 0)
        #expect(result.output.utf8.count == 1_000_004)
        #expect(result.errors.utf8.count == 1_000_000)
    }

    @Test("A line is found whether it came before or comes later")
    func lines() async throws {
        let process = try PeerProcess("/bin/sh", ["-c", "echo first; read line; echo got $line; read line"])
        try await process.line(containing: "first")
        try await process.line(containing: "first")
        async let answer = process.line(containing: "got")
        process.send("word\n".utf8)
        let line = try await answer
        #expect(line == "got word")
        process.closeInput()
        let result = try await process.end()
        #expect(result.status == 1)
    }

    @Test("A last line without a line feed counts")
    func lastLine() async throws {
        let process = try PeerProcess("/bin/sh", ["-c", "printf unfinished"])
        let line = try await process.line(containing: "unfinished")
        #expect(line == "unfinished")
    }

    @Test("Waiting for a line ends at the deadline and at the program's end")
    func deadlines() async throws {
        let silent = try PeerProcess("/bin/sh", ["-c", "read line"])
        let late = await #expect(throws: PeerError.self) {
            try await silent.line(containing: "never", within: .milliseconds(50))
        }
        #expect(late?.description.contains("deadline") == true)
        let over = try PeerProcess("/bin/sh", ["-c", "echo other"])
        let ended = await #expect(throws: PeerError.self) { try await over.line(containing: "never") }
        #expect(ended?.description.contains("other") == true)
    }

    @Test("Stopping asks first, then kills")
    func stopping() async throws {
        let polite = try PeerProcess(
            "/bin/sh", ["-c", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"])
        try await polite.line(containing: "ready")
        let asked = try await polite.stop()
        #expect(asked.status == 0)
        #expect(asked.output == "ready\nbye\n")
        let stubborn = try PeerProcess("/bin/sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"])
        try await stubborn.line(containing: "ready")
        let killed = try await stubborn.stop(within: .milliseconds(50))
        #expect(killed.status == 128 + 9)
    }

    @Test("A program nobody holds any more is killed")
    func letGo() async throws {
        var process: PeerProcess? = try PeerProcess("/bin/sh", ["-c", "echo ready; exec sleep 1000"])
        try await process?.line(containing: "ready")
        let id = try #require(process?.processID)
        process = nil
        // The monitor reaps it on its own thread.
        for _ in 0..<1_000 where kill(id, 0) == 0 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(kill(id, 0) == -1)
    }

    @Test("A child holds none of this process's descriptors")
    func descriptors() async throws {
        let socket = try UDPSocket()
        _ = fcntl(socket.descriptor, F_SETFD, 0)
        let result = try await PeerProcess("/bin/sh", ["-c", "ls /proc/self/fd"]).end()
        // The list itself is the fourth.
        #expect(result.output.split(separator: "\n").count == 4)
    }

    @Test("A program that is not there is named")
    func missingProgram() async throws {
        let error = #expect(throws: ProcessStartError.self) { try PeerProcess("/no/such/program", []) }
        #expect(error?.description.contains("/no/such/program") == true)
        #expect("\(PeerError.missing("x"))".contains("make setup-test"))
    }

    @Test("Ports are given once")
    func ports() throws {
        let ports = try (0..<50).map { _ in try FreePort.pair() }
        #expect(Set(ports).count == 50)
    }

    @Test("A folder goes with its value")
    func folder() throws {
        var folder: TemporaryFolder? = try TemporaryFolder()
        let path = try #require(folder?.path)
        try folder?.write("text", to: "file")
        #expect(try TemporaryFolder.read(path + "/file") == Array("text".utf8))
        folder = nil
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
