// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@Suite("Sessions of those who are revoked while a server runs")
struct LiveRevocationTests {
    @Test("They are closed and cannot come back; all others go on", .timeLimit(.minutes(5)))
    func revoked() async throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        _ = try keys.initialize()
        for name in ["pump", "valve", "good"] { _ = try keys.addDevice(named: name) }
        let trust = try keys.trustAnchors()
        let pump = ClientSecurity.preSharedKey(try keys.preSharedKey(identity: "pump"))
        let valve = ClientSecurity.certificate(try keys.deviceCredential(named: "valve"), trust: trust)
        let good = ClientSecurity.preSharedKey(try keys.preSharedKey(identity: "good"))
        let server = try await RunningServer(listen: ["coaps://127.0.0.1:0"], folder: folder)
        let uri = server.coaps()
        /// Waits until so many revocations have closed a session each.
        func closed(times: Int) async throws {
            let text = ", 1 session closed"
            let result = await server.process.errors { $0.components(separatedBy: text).count > times }
            try #require(result.errors.components(separatedBy: text).count > times, "\(result.transcript)")
        }
        try await CoAPClient.withSession(to: uri, security: good) { goodSession in
            try await CoAPClient.withSession(to: uri, security: pump) { pumpSession in
                try await CoAPClient.withSession(to: uri, security: valve) { valveSession in
                    for session in [goodSession, pumpSession, valveSession] {
                        #expect(try await session.get("device").code == .content)
                    }
                    for (times, name) in [(1, "pump"), (2, "valve")] {
                        try await ToolProcess.run(.coap, ["keys", "revoke", name, "--keys", keys.path]).expectSuccess()
                        try await closed(times: times)
                    }
                    for session in [pumpSession, valveSession] {
                        let error = await #expect(throws: CoAPError.self) { try await session.get("device") }
                        #expect(
                            error?.code == .handshakeFailed || error?.code == .closed, "\(error?.description ?? "")")
                    }
                }
            }
            #expect(try await goodSession.get("device").code == .content)
            // Its key is replaced without an interruption, and the new one is good at once.
            try await ToolProcess.run(.coap, ["keys", "rotate", "good", "--keys", keys.path]).expectSuccess()
            let result = await server.process.errors { $0.contains("1 certificate replaced, 0 sessions closed") }
            #expect(result.errors.contains("1 certificate replaced, 0 sessions closed"), "\(result.transcript)")
            #expect(try await goodSession.get("device").code == .content)
        }
        for (security, isLetIn) in [
            (ClientSecurity.preSharedKey(try keys.preSharedKey(identity: "good@2")), true), (good, true), (pump, false),
            (valve, false),
        ] {
            let isIn = try await Self.isLetIn(uri, security)
            #expect(isIn == isLetIn)
        }
        try await server.stop()
    }

    private static func isLetIn(_ uri: String, _ security: ClientSecurity) async throws -> Bool {
        do {
            return try await CoAPClient.withSession(to: uri, security: security) { session in
                try await session.get("device").code == .content
            }
        } catch let error as CoAPError where error.code == .handshakeFailed {
            return false
        }
    }
}
