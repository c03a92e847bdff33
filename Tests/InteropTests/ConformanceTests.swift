// SPDX-License-Identifier: Apache-2.0

import CoAP
import Conformance
import Testing

@Suite("Other people's servers, judged", .timeLimit(.minutes(5)))
struct ConformanceTests {
    private static func judge(
        _ uri: CoAPURI, _ security: ClientSecurity = .plain, secure: UInt16? = nil, patterns: [String] = []
    ) async throws -> [CaseResult] {
        let loopback: [UInt8] = [127, 0, 0, 1]
        let server = ServerUnderTest(
            uri: uri, address: try SocketAddress(bytes: loopback, port: uri.port), security: security,
            secure: try secure.map { try SocketAddress(bytes: loopback, port: $0) })
        return try await SuiteRunner(server).run(TestSuite.matching(patterns))
    }

    private static func passed(_ results: [CaseResult]) -> Set<Substring> {
        Set(results.filter { $0.verdict == .pass }.map { $0.id.dropFirst(8) })
    }

    @Test("libcoap's server, which has few of the resources", .needs(.coapServerOpenSSL))
    func libcoap() async throws {
        try await LibcoapServer.with(.coapServerOpenSSL, ["-k", "sesame"]) { server in
            let results = try await Self.judge(try CoAPURI(server.plain), secure: server.port + 1)
            #expect(results.count == TestSuite.all.count)
            let passed = Self.passed(results)
            #expect(passed.isSuperset(of: ["CORE_31", "DTLS_02"]))
            // It has no such resources, so no case that needs one may pass.
            #expect(passed.isDisjoint(with: ["CORE_01", "CORE_13", "CORE_21", "BLOCK_01", "OBS_01", "DTLS_01"]))
            #expect(results.allSatisfy { $0.verdict != .inconclusive("") })
        }
    }

    @Test("libcoap's server over DTLS", .needs(.coapServerOpenSSL))
    func libcoapSecure() async throws {
        try await LibcoapServer.with(.coapServerOpenSSL, ["-k", "sesame"]) { server in
            let results = try await Self.judge(
                try CoAPURI(server.secure), .preSharedKey(try ServerUnderTest.plugtestKey()), secure: server.port + 1,
                patterns: ["CORE*", "LINK*", "BLOCK*"])
            #expect(Self.passed(results).isSuperset(of: ["CORE_31"]))
        }
    }

    @Test("aiocoap's server", .needs(.aiocoap))
    func aiocoap() async throws {
        try await AiocoapServer.with { uri in
            let results = try await Self.judge(try CoAPURI(uri))
            #expect(results.count == TestSuite.all.count)
            let passed = Self.passed(results)
            #expect(passed.isSuperset(of: ["CORE_31"]))
            #expect(passed.isDisjoint(with: ["CORE_13", "CORE_21", "OBS_04"]))
        }
    }
}
