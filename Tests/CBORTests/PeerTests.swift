// SPDX-License-Identifier: Apache-2.0

import CBOR
import Glibc
import TestSupport
import Testing

/// Against Python's cbor2, which `make setup-test` installs.
@Suite("CBOR and Python's cbor2", .enabled("Python's cbor2 is not installed") { PythonCBOR.program != nil })
struct PeerTests {
    @Test("Each reads what the other writes")
    func differential() throws {
        var random = SeededGenerator(seed: 7)
        let values = (0..<400).map { _ in Self.plain(depth: 0, &random) }
        let input = values.map { Self.hexadecimal(CBORWriter.encode($0)) + "\n" }.joined()
        let script = """
            import sys, cbor2
            for line in sys.stdin: print(cbor2.dumps(cbor2.loads(bytes.fromhex(line))).hex())
            """
        let python = try #require(PythonCBOR.program)
        let child = try ChildProcess(python, ["-c", script], environment: [:], input: .bytes(Array(input.utf8)))
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(child.output, &buffer, buffer.count), count > 0 { output += buffer.prefix(count) }
        #expect(child.waitForEnd() == 0)
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == values.count)
        for (line, value) in zip(lines, values) { #expect(try CBORReader.parse(bytes(String(line))) == value) }
    }

    /// A value that Python can hold without making something else of it: no tags, keys of text.
    private static func plain(depth: Int, _ random: inout SeededGenerator) -> CBORValue {
        switch Int.random(in: 0...3, using: &random) {
        case 0 where depth < 3:
            return .array((0..<3).map { _ in plain(depth: depth + 1, &random) })
        case 1 where depth < 3:
            return .map((0..<3).map { .init(.text("k\($0)"), plain(depth: depth + 1, &random)) })
        default:
            let value = CBORTests.value(depth: 3, &random)
            // Too long in hexadecimal for the pipe to hold all of them.
            if case .text(let text) = value { return .text(String(text.prefix(4))) }
            if case .bytes(let content) = value { return .bytes(Array(content.prefix(8))) }
            return value
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
