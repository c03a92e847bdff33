// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import TestSupport
import Testing

@testable import CoAPCredentials

@Suite("Whom a server lets in")
struct CredentialAccessTests {
    /// Asks with a certificate and its key; what the tool ended with.
    private func ask(_ server: RunningServer, _ certificate: String, _ key: String) async throws -> Int32 {
        try await ToolProcess.run(
            .get, ["-B", "10", "-c", certificate, "-j", key, "-C", server.keys + "/ca.pem", server.coaps("/device")]
        ).status
    }

    private func ask(_ server: RunningServer, _ identity: String, psk: String) async throws -> Int32 {
        try await ToolProcess.run(.get, ["-B", "4", "-u", identity, "-k", psk, server.coaps("/device")]).status
    }

    /// A server whose folder was filled by a closure before it starts.
    private func withServer(
        _ fill: (KeyFolder, TemporaryFolder) async throws -> Void, _ body: (RunningServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        _ = try keys.initialize()
        try await fill(keys, folder)
        let server = try await RunningServer(listen: ["coaps://127.0.0.1:0"], folder: folder)
        try await body(server)
        try await server.stop()
    }

    @Test("A list of a host whose clock goes ahead: whom it names is refused, and nobody else")
    func listFromTheFuture() async throws {
        try await withServer { keys, folder in
            for name in ["pump", "gone"] { _ = try keys.addDevice(named: name) }
            let authority = try keys.loadAuthority()
            let key = try PrivateKey(pem: try authority.keyPEM(), name: "key")
            let gone = try IssuedCertificate(pem: try folder.read("keys/devices/gone.pem"), name: "gone")
            let now = Int64(Date().timeIntervalSince1970)
            let list = try RevocationList(
                of: [.init(serial: try gone.serial(), date: now + 7200)], number: 1, now: now + 7200,
                nextUpdate: now + 86_400, by: authority.certificate, key: key)
            try folder.write(try list.pem(), to: "keys/crl.pem", permissions: 0o644)
        } _: { server in
            let keys = KeyFolder(path: server.keys)
            for (name, status) in [("pump", 0), ("gone", 77)] as [(String, Int32)] {
                let result = try await ask(server, keys.certificatePath(ofDevice: name), keys.keyPath(ofDevice: name))
                #expect(result == status, "\(name)")
            }
        }
    }

    @Test(
        "Rotated within the overlap: both; revoked: neither; an authority without a list beside one with a list: its devices"
    )
    func certificates() async throws {
        let vendor = try CertificateAuthority(named: "vendor")
        try await withServer { keys, folder in
            func keep(_ name: String, as copy: String) throws {
                try folder.write(folder.read("keys/devices/\(name).pem"), to: "\(copy).pem")
                try folder.write(folder.read("keys/devices/\(name).key"), to: "\(copy).key")
            }
            for name in ["pump", "gone"] { _ = try keys.addDevice(named: name) }
            try keep("pump", as: "old")
            try keep("gone", as: "gone")
            _ = try keys.rotateDevice(named: "pump")
            try keep("pump", as: "new")
            _ = try keys.revokeDevice(named: "gone")
            try folder.write(try vendor.certificatePEM(), to: "vendor.pem")
            _ = try keys.importCertificates(from: folder.path("vendor.pem"))
            try vendor.issue(
                .init(name: "lock", role: .client, validFor: 3600), certificatePath: folder.path("lock.pem"),
                keyPath: folder.path("lock.key"))
            // A device that certified itself, and one that nobody knows.
            for name in ["own", "stranger"] {
                let made = try ChildProcess(
                    "/usr/bin/env",
                    [
                        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days",
                        "30", "-subj", "/CN=\(name)", "-keyout", folder.path("\(name).key"), "-out",
                        folder.path("\(name).pem"), "-addext", "basicConstraints=critical,CA:FALSE", "-addext",
                        "keyUsage=critical,digitalSignature",
                    ], environment: ProcessInfo.processInfo.environment, input: .bytes([]))
                try #require(made.waitForEnd() == 0)
                chmod(folder.path("\(name).key"), 0o600)
            }
            _ = try keys.importCertificates(from: folder.path("own.pem"))
        } _: { server in
            for (name, status) in [("old", 0), ("new", 0), ("gone", 77), ("lock", 0), ("own", 0), ("stranger", 77)]
                as [(String, Int32)]
            {
                let got = try await ask(server, server.folder.path("\(name).pem"), server.folder.path("\(name).key"))
                #expect(got == status, "\(name)")
            }
        }
    }

    @Test("A key within the overlap, its successor, one that has run out, one that was revoked")
    func keys() async throws {
        let late = "visitor-key-0123"
        var given: [String: String] = [:]
        try await withServer { keys, folder in
            for name in ["pump", "gone"] { _ = try keys.addDevice(named: name, .preSharedKey) }
            for identity in ["pump", "gone"] { given[identity] = try text(keys, identity) }
            _ = try keys.rotateDevice(named: "pump")
            given["pump@2"] = try text(keys, "pump@2")
            _ = try keys.revokeDevice(named: "gone")
            let psk = String(decoding: try folder.read("keys/psk.json"), as: UTF8.self)
            let digits = Hexadecimal.encode(Array(late.utf8))
            let entry = #",{"identity": "late", "key": "\#(digits)", "expires": "2020-01-01T00:00:00Z"}]"#
            try folder.write(psk.replacing("\n]", with: entry).utf8, to: "keys/psk.json")
        } _: { server in
            given["late"] = late
            for (identity, isLetIn) in [("pump", true), ("pump@2", true), ("gone", false), ("late", false)] {
                let status = try await ask(server, identity, psk: try #require(given[identity]))
                #expect((status == 0) == isLetIn, "\(identity): \(status)")
            }
        }
    }

    private func text(_ keys: KeyFolder, _ identity: String) throws -> String {
        try keys.preSharedKey(identity: identity).key.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}
