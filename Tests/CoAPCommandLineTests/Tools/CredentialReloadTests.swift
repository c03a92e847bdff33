// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Foundation
import Testing

@Suite("A server whose keys folder changes")
struct CredentialReloadTests {
    /// Waits until the server's log says something, so many times.
    private func log(_ server: RunningServer, _ text: String, times: Int = 1) async throws {
        let result = await server.process.errors { $0.components(separatedBy: text).count > times }
        try #require(result.errors.components(separatedBy: text).count > times, "\(result.transcript)")
    }

    @Test(
        "It says what changed, goes on with what it has when a file is bad, and says that once", .timeLimit(.minutes(5))
    )
    func changes() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
            let keys = KeyFolder(path: server.keys)
            _ = try keys.addDevice(named: "pump")
            try await log(server, "credentials reloaded: 1 key added")
            _ = try keys.rotateDevice(named: "pump")
            try await log(server, "credentials reloaded: 1 key added, 1 key changed, 1 certificate replaced")
            _ = try keys.revokeDevice(named: "pump")
            try await log(server, "credentials reloaded: 2 keys removed, 2 certificates revoked")
            let good = try server.folder.read("keys/psk.json")
            try server.folder.write("[".utf8, to: "keys/psk.json")
            try await log(server, "keys/psk.json: this is not JSON")
            try server.folder.write("[".utf8, to: "keys/psk.json")
            kill(server.process.id, SIGHUP)
            let still = try await ToolProcess.run(
                .get,
                [
                    "-c", keys.certificatePath(ofDevice: "device-1"), "-j", keys.keyPath(ofDevice: "device-1"), "-C",
                    keys.certificateAuthorityPath, server.coaps("/device"),
                ])
            still.expectSuccess()
            try server.folder.write(good, to: "keys/psk.json")
            try await log(server, "credentials reloaded: no key and no certificate changed")
            _ = try keys.addDevice(named: "valve", .preSharedKey)
            // The first one, the rotated one, this one.
            try await log(server, "credentials reloaded: 1 key added", times: 3)
            let errors = await server.process.errors { _ in true }.errors
            #expect(errors.components(separatedBy: "this is not JSON").count == 2, "\(errors)")
        }
    }

    @Test("SIGHUP has it read the folder and does not end it", .timeLimit(.minutes(5)))
    func hangUp() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
            kill(server.process.id, SIGHUP)
            try await log(server, "credentials reloaded: no key and no certificate changed")
            kill(server.process.id, SIGHUP)
            try await log(server, "credentials reloaded: no key and no certificate changed", times: 2)
            try await ToolProcess.run(.get, server.identity + [server.coaps("/device")]).expectSuccess()
        }
        try await RunningServer.with(listen: ["coap://127.0.0.1:0"]) { server in
            kill(server.process.id, SIGHUP)
            try await ToolProcess.run(.get, [server.coap("/device")]).expectSuccess()
        }
    }

    @Test("It may be stopped while it reads the folder", .timeLimit(.minutes(5)))
    func stoppedWhileReading() async throws {
        for _ in 0..<10 {
            try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
                kill(server.process.id, SIGHUP)
                try await log(server, "credentials reloaded")
                kill(server.process.id, SIGHUP)
            }
        }
    }

    @Test("A server's certificate that cannot be used keeps no device from being revoked", .timeLimit(.minutes(5)))
    func ownCertificate() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
            let keys = KeyFolder(path: server.keys)
            _ = try keys.addDevice(named: "pump")
            try await log(server, "credentials reloaded: 1 key added")
            try server.folder.write("nonsense".utf8, to: "keys/server.pem")
            try await log(server, "the server keeps the certificate it has")
            _ = try keys.revokeDevice(named: "pump")
            try await log(server, "credentials reloaded: 1 key removed, 1 certificate revoked")
            try FileManager.default.removeItem(atPath: keys.serverCertificatePath)
            try FileManager.default.removeItem(atPath: keys.serverKeyPath)
            _ = try keys.initialize()
            try await log(server, "the server's certificate changed")
        }
    }

    @Test("A broken file of another authority keeps no device from being revoked", .timeLimit(.minutes(5)))
    func brokenAuthority() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
            let keys = KeyFolder(path: server.keys)
            _ = try keys.addDevice(named: "pump")
            try await log(server, "credentials reloaded: 1 key added")
            try FileManager.default.createDirectory(
                atPath: keys.authoritiesPath, withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700])
            try server.folder.write("nonsense".utf8, to: "keys/authorities/vendor.pem")
            try await log(server, "; the server keeps the authorities it has")
            _ = try keys.revokeDevice(named: "pump")
            try await log(server, "credentials reloaded: 1 key removed, 1 certificate revoked")
            let errors = await server.process.errors { _ in true }.errors
            #expect(errors.components(separatedBy: "the authorities it has").count == 2, "\(errors)")
        }
    }

    @Test("A change of the authorities is said when it is taken up, whatever else is wrong", .timeLimit(.minutes(5)))
    func authoritiesBesideComplaint() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
            let keys = KeyFolder(path: server.keys)
            let good = try server.folder.read("keys/server.pem")
            try server.folder.write("nonsense".utf8, to: "keys/server.pem")
            try await log(server, "credentials reloaded: no key and no certificate changed")
            let vendor = try CertificateAuthority(named: "vendor")
            let file = try server.folder.write(try vendor.certificatePEM(), to: "vendor.pem")
            _ = try keys.importCertificates(from: file)
            try await log(server, "credentials reloaded: 1 authority added, 0 sessions closed")
            try FileManager.default.removeItem(atPath: "\(keys.authoritiesPath)/vendor.pem")
            try await log(server, "credentials reloaded: 1 authority removed, 0 sessions closed")
            try server.folder.write(good, to: "keys/server.pem")
            try await log(server, "credentials reloaded: no key and no certificate changed", times: 2)
            let errors = await server.process.errors { _ in true }.errors
            #expect(errors.components(separatedBy: "authority added").count == 2, "\(errors)")
            #expect(errors.components(separatedBy: "authority removed").count == 2, "\(errors)")
            #expect(errors.components(separatedBy: "the certificate it has").count == 2, "\(errors)")
        }
    }

    @Test("When the register is lost it says so once, and lets in nobody new until it is back", .timeLimit(.minutes(5)))
    func lostRegister() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
            let keys = KeyFolder(path: server.keys)
            _ = try keys.addDevice(named: "pump", .preSharedKey)
            try await log(server, "credentials reloaded: 1 key added")
            let old = try server.folder.read("keys/psk.json")
            _ = try keys.revokeDevice(named: "pump")
            try await log(server, "credentials reloaded: 1 key removed")
            let register = try server.folder.read("keys/register.json")
            try FileManager.default.removeItem(atPath: server.folder.path("keys/register.json"))
            try await log(server, "keys/register.json: there is no such file, and it says who was revoked")
            try server.folder.write(old, to: "keys/psk.json")
            try await log(server, "credentials reloaded: no key and no certificate changed", times: 2)
            try await ToolProcess.run(.get, server.identity + [server.coaps("/device")]).expectSuccess()
            try server.folder.write(register, to: "keys/register.json")
            try await log(server, "credentials reloaded: no key and no certificate changed", times: 3)
            let errors = await server.process.errors { _ in true }.errors
            #expect(errors.components(separatedBy: "it says who was revoked").count == 2, "\(errors)")
            #expect(errors.components(separatedBy: "1 key added").count == 2, "\(errors)")
        }
    }

    @Test("It warns of what runs out", .timeLimit(.minutes(5)))
    func warnings() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
            let keys = KeyFolder(path: server.keys)
            _ = try keys.addDevice(named: "visitor", .preSharedKey, days: 1)
            try await log(
                server, "warning coap-server: [CoAPCommandLine] the key of visitor expires within a day, on 20")
            _ = try keys.addFleet(of: 20, prefix: "guest-", .preSharedKey, days: 6)
            try await log(server, "the key of guest-10 expires in 6 days")
            try await log(server, "10 more keys and certificates expire soon; see: coap keys list")
            let errors = await server.process.errors { _ in true }.errors
            #expect(!errors.contains("guest-11"), "\(errors)")
            #expect(errors.components(separatedBy: "the key of visitor").count == 2, "\(errors)")
            #expect(errors.contains("; run: coap keys rotate visitor --keys "), "\(errors)")
        }
    }
}
