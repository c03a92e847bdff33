// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import CoAPTesting
import Foundation
import Testing

@Suite("A register that was made anew, and its list removed")
struct RemadeRegisterTests {
    /// A folder whose remade register knows the certificate of pump-3, in `out/`, from a list that is not there any more.
    private func remade() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        func keys(_ line: String) async throws {
            let arguments = ["keys"] + line.split(separator: " ").map(String.init)
            try await ToolProcess.run(.coap, arguments, folder: folder.path).expectSuccess()
        }
        for line in ["init", "add pump-3 --certificate", "export pump-3 -o out", "revoke pump-3"] {
            try await keys(line)
        }
        try FileManager.default.removeItem(atPath: folder.path("keys/register.json"))
        let made = try await ToolProcess.run(
            .coap, ["keys", "init", "--new-register", "--revoked", "pump-3"], folder: folder.path)
        #expect(made.status == 0, "\(made.transcript)")
        try FileManager.default.removeItem(atPath: folder.path("keys/crl.pem"))
        return folder
    }

    private func get(_ server: RunningServer, _ credentials: [String]) async throws -> ToolResult {
        try await ToolProcess.run(.get, ["-B", "10"] + credentials + [server.coaps("/actuators/led")])
    }

    @Test("Who was revoked stays out, and the others of the same authority get in", .timeLimit(.minutes(5)))
    func refused() async throws {
        let folder = try await remade()
        let server = try await RunningServer(listen: ["coaps://127.0.0.1:0"], folder: folder)
        let pump = [
            "-c", folder.path("out/device.pem"), "-j", folder.path("out/device.key"), "-C", folder.path("out/ca.pem"),
        ]
        let refused = try await get(server, pump)
        #expect(refused.status == 77 && refused.output.isEmpty, "\(refused.transcript)")
        #expect(refused.errors.contains("revoked"), "\(refused.transcript)")
        let good = try await get(server, server.certificate)
        #expect(good.status == 0 && good.errors.isEmpty, "\(good.transcript)")
        try await server.stop()
    }

    @Test("Its session ends while a server runs, and nobody else's", .timeLimit(.minutes(5)))
    func live() async throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        _ = try keys.initialize()
        for name in ["pump", "valve"] { _ = try keys.addDevice(named: name) }
        let trust = try keys.trustAnchors()
        let pumpCredential = try keys.deviceCredential(named: "pump")
        let pump = ClientSecurity.certificate(pumpCredential, trust: trust)
        let valve = ClientSecurity.certificate(try keys.deviceCredential(named: "valve"), trust: trust)
        var before = try keys.serverSecurity()
        // Another authority may have given the same number.
        before.retired = [
            RetiredCertificate(
                serialNumber: pumpCredential.identity.serialNumber, authority: Array("another".utf8), until: .min)
        ]
        _ = try keys.revokeDevice(named: "pump")
        try FileManager.default.removeItem(atPath: folder.path("keys/register.json"))
        _ = try keys.initialize(newRegister: true)
        try FileManager.default.removeItem(atPath: keys.revocationListPath)
        let after = try keys.serverSecurity()
        let router = Router()
        router.get("device") { _, context in "\(context.peer.identity)" }
        try await Loopback.withServer(
            router, endpoints: [.coaps("127.0.0.1", port: 0)], security: before
        ) { server, uris in
            try await CoAPClient.withSession(to: uris[0], security: valve) { kept in
                try await CoAPClient.withSession(to: uris[0], security: pump) { lost in
                    for session in [kept, lost] {
                        let answer = try await session.get("device")
                        #expect(answer.code == .content)
                    }
                    let update = try await server.update(security: after)
                    #expect(update.closed.count == 1 && update.kept == 1, "\(update)")
                }
                let answer = try await kept.get("device")
                #expect(answer.code == .content)
            }
            try await CoAPClient.withSession(to: uris[0], security: valve) { _ = try await $0.get("device") }
            let error = await #expect(throws: CoAPError.self) {
                try await CoAPClient.withSession(to: uris[0], security: pump) { _ in }
            }
            #expect(error?.message.contains("revoked") == true, "\(String(describing: error))")
        }
    }
}
