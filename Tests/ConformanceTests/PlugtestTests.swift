// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Conformance
import Testing

@Suite("Our own server with the plugtest's resources", .timeLimit(.minutes(5)))
struct PlugtestTests {
    /// Runs cases against our server, plain or over DTLS with the plugtest's key.
    private func judge(_ scheme: CoAPURI.Scheme, _ patterns: [String]) async throws -> [CaseResult] {
        let plugtest = PlugtestServer()
        let router = Router()
        plugtest.register(on: router)
        let changing = Task { await plugtest.run() }
        defer { changing.cancel() }
        return try await Loopback.withServer(
            router, endpoints: [.coap("127.0.0.1", port: 0), .coaps("127.0.0.1", port: 0)],
            security: .preSharedKeys(try PlugtestKeys()), configuration: PlugtestServer.configuration
        ) { uris in
            let secure = try SocketAddress(bytes: [127, 0, 0, 1], port: uris[1].port)
            let uri = uris[scheme == .coap ? 0 : 1]
            let server = ServerUnderTest(
                uri: uri, address: try SocketAddress(bytes: [127, 0, 0, 1], port: uri.port),
                security: scheme == .coap ? .plain : .preSharedKey(try ServerUnderTest.plugtestKey()), secure: secure)
            return try await SuiteRunner(server).run(TestSuite.matching(patterns))
        }
    }

    /// OBS_05 waits for a minute and a half, so it is left to `coap conformance`.
    private static let patterns = [
        "CORE*", "BLOCK*", "LINK*", "OBS_01", "OBS_02", "OBS_04", "OBS_06", "OBS_07", "OBS_08", "OBS_09", "OBS_1*",
        "DTLS*",
    ]

    @Test("All cases pass", arguments: CoAPURI.Scheme.allCases)
    func all(scheme: CoAPURI.Scheme) async throws {
        let results = try await judge(scheme, Self.patterns)
        for result in results where result.verdict != .pass {
            if case .skipped = result.verdict, result.id >= "TD_COAP_DTLS_04" { continue }
            Issue.record("\(result.id): \(result.verdict)\n\(result.wire.joined(separator: "\n"))")
        }
        #expect(results.count == TestSuite.all.count - 1)
        // These pass for what they say only when something was lost.
        for id in ["CORE_15", "CORE_16", "DTLS_03"] {
            let notes = results.first { $0.id == "TD_COAP_" + id }?.notes ?? []
            #expect(notes.contains { $0.contains("lost") }, "\(id)")
        }
        let lossy = results.first { $0.id == "TD_COAP_OBS_11" }?.wire ?? []
        #expect(lossy.count { $0.contains("lost on purpose") } == 2)
    }
}
