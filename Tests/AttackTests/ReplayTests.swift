// SPDX-License-Identifier: Apache-2.0

import CoAP
import TestSupport
import Testing

@Suite("Replays on plain CoAP", .timeLimit(.minutes(15)))
struct ReplayTests {
    @Test("What was written once is written once, whoever sends it again", arguments: [true, false])
    func replay(confirmable: Bool) async throws {
        let name = "a replayed \(confirmable ? "confirmable" : "non-confirmable") request"
        try await AttackBench.run(name, arguments: ["--validate"] + Target.longSessions) { target in
            let socket = try AttackSocket(to: target.plain.port)
            // Proves its address first (RFC 9175 §2.3).
            let challenge = try await socket.ask(RawRequest(.post, "ledger", id: 1).bytes)
            let echo = try #require(challenge.flatMap { Message($0) }?.options.echo)
            var originals: [[UInt8]] = []
            for number in 0..<5 {
                var request = RawRequest(
                    .post, "ledger", id: UInt16(100 + number), type: confirmable ? .confirmable : .nonConfirmable,
                    payload: Array("entry \(number)".utf8))
                request.message.options.echo = echo
                originals.append(request.bytes)
                let answer = try await socket.ask(request.bytes, tries: 1, milliseconds: 60_000)
                #expect(answer.flatMap { Message($0) }?.code == .changed)
            }
            var tries = 0
            let elsewhere = try AttackSocket(to: target.plain.port, from: AttackSocket.source(7))
            for _ in 0..<20 {
                for original in originals.reversed() {
                    socket.send(original)
                    elsewhere.send(original)
                    tries += 2
                }
                _ = try await socket.ask(RawRequest(.get, "honest").bytes, tries: 1)
            }
            let ledger = try await target.witness().ledger
            let control = try await LibcoapServer.with { port, _ in try await Self.replayToLibcoap(port - 1) }
            return AttackBench.Outcome(
                tries: tries, gotThrough: ledger.count - originals.count,
                control: ("libcoap's coap-server-openssl", control))
        }
    }

    /// Writes one value, then another, and sends the first request again; 1 when the first value is back.
    private static func replayToLibcoap(_ port: UInt16) async throws -> Int {
        let socket = try AttackSocket(to: port)
        func put(_ text: String, _ id: UInt16) -> [UInt8] {
            var request = RawRequest(.put, "example_data", id: id, payload: Array(text.utf8))
            request.message.options.contentFormat = .text
            return request.bytes
        }
        let first = put("first", 1)
        _ = try await socket.ask(first)
        _ = try await socket.ask(put("second", 2))
        _ = try await socket.ask(first)
        let read = try await socket.ask(RawRequest(.get, "example_data", id: 3).bytes)
        return read.flatMap { Message($0) }?.payload == Array("first".utf8) ? 1 : 0
    }
}
