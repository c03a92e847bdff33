// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@Suite("Our client observes aiocoap's server", .needs(.aiocoap), .timeLimit(.minutes(10)))
struct ObservedAiocoapTests {
    /// Opens a session to the server with all the time a busy machine may need.
    private static func withSession(
        _ mode: SecurityMode, _ body: (ClientSession, PeerProcess) async throws -> Void
    ) async throws {
        var configuration = ClientConfiguration()
        configuration.handshakeTimeout = .seconds(120)
        configuration.requestTimeout = .seconds(60)
        let security = try await mode.client()
        try await AiocoapServer.withProcess(key: mode == .key ? TestKey.pair : nil) { uri, process in
            try await CoAPClient.withSession(to: uri, security: security, configuration: configuration) { session in
                try await body(session, process)
            }
        }
    }

    private static var patient: ObservationConfiguration {
        var configuration = ObservationConfiguration()
        configuration.deregistrationTimeout = .seconds(60)
        return configuration
    }

    /// Waits until the server says that so many observe it; for each count, its first time.
    private static func observers(_ count: Int, _ process: PeerProcess) async throws {
        try await process.line("\(count) observers") { $0 == "observers \(count)" }
    }

    @Test("Values arrive as it counts, and at the end it forgets the client", arguments: [SecurityMode.plain, .key])
    func values(mode: SecurityMode) async throws {
        try await Self.withSession(mode) { session, process in
            var values: [Int] = []
            var sequences: [UInt32] = []
            try await session.observe("count", configuration: Self.patient) { states in
                for try await state in states {
                    guard case .value(let notification) = state else { continue }
                    #expect(notification.response.code == .content && notification.response.contentFormat == .text)
                    values.append(try #require(Int(notification.response.text)))
                    sequences.append(try #require(notification.sequence))
                    if values.count == 8 { break }
                }
                try await Self.observers(1, process)
            }
            #expect(zip(values, values.dropFirst()).allSatisfy(<), "\(values)")
            #expect(zip(sequences, sequences.dropFirst()).allSatisfy(<) && sequences.count == 8, "\(sequences)")
            try await Self.observers(0, process)
            // By its wish, not by refusing what came behind.
            try await process.line(containing: "deregistered")
            // The session goes on behind it.
            let hello = try await session.get("hello")
            #expect(hello.text == "hello from aiocoap")
        }
    }

    @Test("By FETCH, two bodies are two observations (RFC 8132 §2.4)", arguments: [SecurityMode.plain, .key])
    func fetch(mode: SecurityMode) async throws {
        func text(_ states: inout ObservationStates.Iterator) async throws -> String? {
            while let state = try await states.next() {
                if case .value(let notification) = state { return notification.response.text }
            }
            return nil
        }
        try await Self.withSession(mode) { session, process in
            let requests = try ["a", "b"].map {
                try Request(.fetch, "count", contentFormat: .text, payload: Array($0.utf8))
            }
            try await session.observe(requests[0], configuration: Self.patient) { first in
                try await session.observe(requests[1], configuration: Self.patient) { second in
                    var (first, second) = (first.makeAsyncIterator(), second.makeAsyncIterator())
                    for _ in 0..<5 {
                        let (one, two) = (try await text(&first), try await text(&second))
                        #expect(
                            one?.hasPrefix("a ") == true && two?.hasPrefix("b ") == true, "\(one ?? ""), \(two ?? "")")
                    }
                    try await Self.observers(2, process)
                }
            }
            try await Self.observers(0, process)
        }
    }
}
