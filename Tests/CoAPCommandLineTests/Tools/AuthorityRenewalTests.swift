// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@Suite("A running server whose authority is replaced")
struct AuthorityRenewalTests {
    private static func isLetIn(_ server: RunningServer, _ security: ClientSecurity) async throws -> Bool {
        do {
            return try await CoAPClient.withSession(to: server.coaps(), security: security) { session in
                try await session.get("device").code == .content
            }
        } catch let error as CoAPError where error.code == .handshakeFailed {
            return false
        }
    }

    private static func log(_ server: RunningServer, _ text: String, times: Int = 1) async throws {
        let result = await server.process.errors { $0.components(separatedBy: text).count > times }
        try #require(result.errors.components(separatedBy: text).count > times, "\(result.transcript)")
    }

    @Test(
        "Devices of the old one are let in until it is ended, except who was revoked; the server moves when it is told",
        .timeLimit(.minutes(10)))
    func renewed() async throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        _ = try keys.initialize()
        for name in ["lasting", "moved", "gone", "late"] { _ = try keys.addDevice(named: name) }
        let oldAuthority = try keys.trustAnchors()
        try folder.write(try folder.read("keys/ca.pem"), to: "old-ca.pem")
        func device(_ name: String, _ trust: TrustAnchors) throws -> ClientSecurity {
            .certificate(try keys.deviceCredential(named: name), trust: trust)
        }
        let lasting = try keys.deviceCredential(named: "lasting")
        let old = try ["lasting", "moved", "gone", "late"].map { try device($0, oldAuthority) }
        func run(_ line: String) async throws -> ToolResult {
            try await ToolProcess.run(
                .coap, ["keys"] + line.split(separator: " ").map(String.init), folder: folder.path)
        }
        try await run("revoke gone").expectSuccess()
        let server = try await RunningServer(listen: ["coaps://127.0.0.1:0"], folder: folder)
        func letIn(_ all: [ClientSecurity]) async throws -> [Bool] {
            var result: [Bool] = []
            for security in all { result.append(try await Self.isLetIn(server, security)) }
            return result
        }
        #expect(try await letIn(old) == [true, true, false, true])
        try await CoAPClient.withSession(to: server.coaps(), security: old[0]) { session in
            #expect(try await session.get("device").code == .content)
            let made = try await run("rotate --authority")
            #expect(made.status == 0 && made.errors.isEmpty, "\(made.transcript)")
            #expect(made.output.contains("; it signed for device-1, lasting, late, moved\n"), "\(made.transcript)")
            try await Self.log(server, "1 authority added, 0 sessions closed")
            // Devices that know nothing of the new one, and one that was revoked.
            #expect(try await letIn(old) == [true, true, false, true])
            try await run("revoke late").expectSuccess()
            try await Self.log(server, "1 certificate revoked, 0 sessions closed")
            #expect(try await letIn(old) == [true, true, false, false])
            // What is made from now on is the new one's.
            let both = try keys.trustAnchors()
            try await run("add fresh").expectSuccess()
            try await run("rotate moved --overlap 0").expectSuccess()
            try await Self.log(server, "1 certificate revoked", times: 2)
            let new = [try device("fresh", both), try device("moved", both)]
            #expect(try await letIn(new) == [true, true])
            #expect(try await letIn(old) == [true, false, false, false])
            let list = try await run("list").output
            #expect(list.contains("the old authority's certificate: until 20"), "\(list)")
            #expect(list.contains("good, of the old authority\nlate "), "\(list)")
            // Renewed for another reason, the server stays with the old one.
            try await run("rotate --server").expectSuccess()
            try await Self.log(server, "the server's certificate changed, 0 sessions closed")
            #expect(try await letIn([old[0]] + new) == [true, true, true])
            let early = try await run("revoke --old-authority")
            #expect(early.status == 65 && early.complainsOnce, "\(early.transcript)")
            #expect(early.errors.contains("coap keys rotate --server --new-authority"), "\(early.transcript)")

            let moving = try await run("rotate --server --new-authority")
            #expect(moving.status == 0 && moving.complainsOnce, "\(moving.transcript)")
            #expect(moving.errors.contains("device-1, lasting"), "\(moving.transcript)")
            try await Self.log(server, "the server's certificate changed, 0 sessions closed", times: 2)
            // Who only knows the old one does not believe the server any more; who has both does, with his old certificate.
            let updated = ClientSecurity.certificate(lasting, trust: both)
            #expect(try await letIn([old[0], updated] + new) == [false, true, true, true])
            let present = ServerRenewalTests.body(
                String(decoding: try server.folder.read("keys/server.pem"), as: UTF8.self))
            #expect(
                try await ServerRenewalTests.shown(
                    by: server, believing: keys.certificateAuthorityPath, as: "lasting") == present)

            let named = try await run("revoke --old-authority")
            #expect(named.status == 65 && named.complainsOnce, "\(named.transcript)")
            #expect(named.errors.contains("device-1, lasting; give these devices new ones"), "\(named.transcript)")
            #expect(try await session.get("device").code == .content)
            let ended = try await run("revoke --old-authority --force")
            #expect(ended.status == 0 && ended.output.contains("of device-1, lasting\n"), "\(ended.transcript)")
            #expect(ended.output.contains("bring it to each, as with: coap keys export NAME -o DIR\n"))
            try await Self.log(server, "1 authority removed, 1 session closed")
            let error = await #expect(throws: CoAPError.self) { try await session.get("device") }
            #expect(error?.code == .handshakeFailed || error?.code == .closed, "\(error?.description ?? "")")
            #expect(try await letIn([updated] + old + new) == [false, false, false, false, false, true, true])
            #expect(try await run("list").output.contains("refused, of an authority that is believed no more"))
        }
        try await server.stop()
    }

    @Test("The lists of both are gone by, also when the register was made anew", .timeLimit(.minutes(5)))
    func lists() async throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        _ = try keys.initialize()
        for name in ["old", "gone"] { _ = try keys.addDevice(named: name, .certificate) }
        let early = try keys.trustAnchors()
        let old = try ["old", "gone"].map {
            ClientSecurity.certificate(try keys.deviceCredential(named: $0), trust: early)
        }
        _ = try keys.rotateAuthority()
        for name in ["new", "left"] { _ = try keys.addDevice(named: name, .certificate) }
        let both = try keys.trustAnchors()
        let new = try ["new", "left"].map {
            ClientSecurity.certificate(try keys.deviceCredential(named: $0), trust: both)
        }
        for name in ["gone", "left"] { _ = try keys.revokeDevice(named: name) }
        try FileManager.default.removeItem(atPath: folder.path("keys/register.json"))
        _ = try keys.initialize(newRegister: true)
        let server = try await RunningServer(listen: ["coaps://127.0.0.1:0"], folder: folder)
        var letIn: [Bool] = []
        for security in old + new { letIn.append(try await Self.isLetIn(server, security)) }
        #expect(letIn == [true, false, true, false])
        try await server.stop()
    }
}
