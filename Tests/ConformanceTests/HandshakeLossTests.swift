// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@testable import Conformance

@Suite("Lossy handshakes", .timeLimit(.minutes(10)))
struct HandshakeLossTests {
    /// DTLS_03 against our own server, as it is or forgetful of a flight.
    private func judge(forgetting flight: HandshakeFlight?) async throws -> CaseResult {
        let plugtest = PlugtestServer()
        let router = Router()
        plugtest.register(on: router)
        return try await Loopback.withServer(
            router, endpoints: [.coaps("127.0.0.1", port: 0)], security: .preSharedKeys(try PlugtestKeys()),
            configuration: PlugtestServer.configuration
        ) { uris in
            var secure = try SocketAddress(bytes: [127, 0, 0, 1], port: try #require(uris.first).port)
            let relay = try flight.map { try ForgetfulRelay(to: secure, flight: $0) }
            if let relay { secure = relay.address }
            let uri = CoAPURI(scheme: .coaps, host: "127.0.0.1", port: secure.port)
            let server = ServerUnderTest(
                uri: uri, address: secure, security: .preSharedKey(try ServerUnderTest.plugtestKey()), secure: secure)
            let results = try await SuiteRunner(server).run(TestSuite.matching(["DTLS_03"]))
            withExtendedLifetime(relay) {}
            return try #require(results.first)
        }
    }

    @Test("A datagram of each flight is lost once")
    func each() async throws {
        let result = try await judge(forgetting: nil)
        #expect(result.verdict == .pass)
        #expect(result.notes.contains { $0.hasPrefix("each of 6 flights was lost once and came again") })
    }

    @Test("A server that does not repeat one of its flights", arguments: [HandshakeFlight.server, .finished])
    func forgetful(flight: HandshakeFlight) async throws {
        let result = try await judge(forgetting: flight)
        let reason = result.verdict.reason ?? "none"
        #expect(reason.contains("flight \(flight.rawValue) is lost"), "\(reason)\n\(result.wire)")
    }
}
