// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import CoAPTesting
import Foundation
import SenML
import Testing

@testable import CoAPCommandLine

@Suite("coap doctor", .timeLimit(.minutes(5)))
struct DoctorToolTests {
    private static let wrong = "not-the-key-of-this-device"

    /// Runs the doctor and expects its exit code, the step that failed and words about it; returns the report.
    @discardableResult
    private func expect(
        _ status: Int32, _ words: String, _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ToolResult {
        let result = try await ToolProcess.run(.coap, ["doctor", "-B", "3"] + arguments)
        #expect(result.status == status, "\(result.transcript)", sourceLocation: sourceLocation)
        #expect(result.output.contains("\nFAILED at \(words)"), "\(result.transcript)", sourceLocation: sourceLocation)
        #expect(result.output.contains("  Why    "), "\(result.transcript)", sourceLocation: sourceLocation)
        #expect(result.errors.isEmpty && !result.output.contains(Self.wrong), sourceLocation: sourceLocation)
        return result
    }

    @Test("Nothing is wrong: by key, by certificate and on plain CoAP")
    func well() async throws {
        try await RunningServer.with { server in
            for arguments in [
                server.identity + [server.coaps()], server.certificate + [server.coaps()], [server.coap()],
            ] {
                let result = try await ToolProcess.run(.coap, ["doctor"] + arguments)
                result.expectSuccess()
                #expect(result.output.contains("GET /.well-known/core: 2.05"), "\(result.transcript)")
                #expect(result.output.hasSuffix("\nAll is well.\n") && !result.output.contains("FAILED"))
            }
        }
    }

    @Test("A wrong key, an unknown identity, a foreign authority, no certificate, plain CoAP on the port")
    func faults() async throws {
        try await RunningServer.with { server in
            let file = try server.folder.write(Self.wrong.utf8, to: "wrong")
            let wrong = try await expect(
                77, "key: the server fell silent after the last step within 3 s, as servers do when the key is wrong",
                ["-u", "device-1", "--psk-file", file, server.coaps()])
            #expect(wrong.output.contains("the identity is known but the key differs"))
            #expect(wrong.output.contains("$ coap keys show device-1 "))
            let unknown = try await expect(
                77, "key: the server does not know the identity 'nobody'",
                ["-u", "nobody", "--psk-file", file, server.coaps()])
            #expect(unknown.output.contains("$ coap keys add nobody "))
            let foreign = try CertificateAuthority(named: "foreign")
            let authority = try server.folder.write(try foreign.certificatePEM(), to: "foreign.pem")
            let untrusted = try await expect(
                77, "certificate: the server's certificate is signed by an authority that is not trusted here",
                ["-C", authority, server.coaps()])
            #expect(untrusted.output.contains("SHA-256"))
            let own = KeyFolder(path: server.keys).certificateAuthorityPath
            try await expect(
                77, "key: the server demands a certificate of this side", ["-C", own, server.coaps()])
            let plain = server.coap().replacing("coap://", with: "coaps://")
            try await expect(77, "hello: plain CoAP is spoken there", server.identity + [plain])
            let secure = server.coaps().replacing("coaps://", with: "coap://")
            try await expect(69, "reachability: DTLS is spoken there", [secure])
        }
    }

    @Test("Certificates of a server: expired, not valid yet, made a moment ago elsewhere, for another host")
    func certificates() async throws {
        let folder = try TemporaryFolder()
        let authority = try CertificateAuthority(named: "tests")
        let trust = try folder.write(try authority.certificatePEM(), to: "ca.pem")
        let day: Int64 = 86_400
        let faults: [(Int64, Int64, String, String, String)] = [
            (-30 * day, -3 * day, "IP:127.0.0.1", "certificate: the server's certificate has expired", "3 days ago"),
            (
                10 * day, 40 * day, "IP:127.0.0.1", "certificate: the server's certificate is not valid yet",
                "timedatectl"
            ),
            (3600, 40 * day, "IP:127.0.0.1", "certificate: the server's certificate is not valid yet", "clock skew"),
            (
                -day, 40 * day, "DNS:elsewhere.example,IP:192.0.2.7",
                "host: the server's certificate is not for '127.0.0.1' but for elsewhere.example, 192.0.2.7",
                "$ coap doctor -C CA.pem coaps://elsewhere.example"
            ),
        ]
        for (from, to, names, words, more) in faults {
            var contents = CertificateAuthority.Contents(
                name: "server", role: .server, alternativeNames: names.split(separator: ",").map(String.init),
                validFor: 0)
            let now = contents.notAfter
            (contents.notBefore, contents.notAfter) = (now + from, now + to)
            let made = try authority.issue(contents)
            let security = ServerSecurity(
                certificate: try CertificateCredential(
                    certificatePEM: made.certificatePEM, privateKeyPEM: made.keyPEM))
            try await Loopback.withServer(
                Router(), endpoints: [.coaps("127.0.0.1", port: 0)], security: security
            ) { uris in
                let result = try await expect(77, words, ["-C", trust, uris[0].authority])
                #expect(result.output.contains(more), "\(result.transcript)")
            }
        }
    }

    @Test("A certificate that the server refuses by its fingerprint, after the handshake")
    func refusedAfterTheHandshake() async throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        _ = try keys.initialize()
        for kind in ["pem", "key"] {
            try folder.write(folder.read("keys/devices/device-1.\(kind)"), to: "own.\(kind)")
        }
        // Without the authority's key there is no list, which would be told in the handshake.
        try FileManager.default.removeItem(atPath: folder.path("keys/ca.key"))
        _ = try keys.revokeDevice(named: "device-1")
        let server = try await RunningServer(listen: ["coaps://127.0.0.1:0"], folder: folder)
        let result = try await ToolProcess.run(
            .coap,
            [
                "doctor", "-c", folder.path("own.pem"), "-j", folder.path("own.key"), "-C",
                keys.certificateAuthorityPath, server.coaps(),
            ])
        #expect(result.status == 77, "\(result.transcript)")
        // A server that looks at fingerprints within the handshake says so by an alert.
        #expect(result.output.contains("\nFAILED at key: "), "\(result.transcript)")
        #expect(!result.output.contains("overloaded"), "\(result.transcript)")
        try await server.stop()
    }

    @Test("Silence, nobody there, no such host")
    func noServer() async throws {
        let silent = try SilentSocket()
        try await expect(
            69, "reachability: no answer from 127.0.0.1:\(silent.port) within 3 s",
            ["-u", "me", "-k", "sixteen bytes ok", "coaps://127.0.0.1:\(silent.port)"])
        let port = try SilentSocket.abandonedPort()
        try await expect(69, "reachability: nobody listens at 127.0.0.1:\(port)", ["coap://127.0.0.1:\(port)"])
        try await expect(68, "name: the host 'nobody.invalid' is unknown", ["coap://nobody.invalid"])
    }

    @Test("The same as JSON")
    func json() async throws {
        try await RunningServer.with { server in
            let good = try await ToolProcess.run(.coap, ["doctor", "--json"] + server.identity + [server.coaps()])
            good.expectSuccess()
            let well = try JSONParser.parse(good.outputBytes)
            #expect(well["well"] == .bool(true) && well["finding"] == .null)
            let bad = try await ToolProcess.run(
                .coap, ["doctor", "--json", "-u", "nobody", "-k", Self.wrong, server.coaps()])
            #expect(bad.status == 77 && bad.errors.isEmpty, "\(bad.transcript)")
            let finding = try JSONParser.parse(bad.outputBytes)["finding"]
            #expect(finding?["kind"] == .string("unknown_identity") && finding?["step"] == .string("key"))
        }
    }

    @Test("Arguments that make no sense")
    func usage() async throws {
        for arguments in [["coaps://localhost"], ["-B", "0", "coap://localhost"], ["coap://localhost:0"]] {
            let result = try await ToolProcess.run(.coap, ["doctor"] + arguments)
            #expect(result.status == 64 && result.complainsOnce, "\(result.transcript)")
        }
    }

    @Test("Every kind of finding has an exit code of the table")
    func statuses() {
        for kind in HandshakeFinding.Kind.allCases {
            #expect([68, 69, 77].contains(DoctorCommand.status(of: kind)))
        }
        #expect(DoctorCommand.status(of: .wrongKey) == 77)
        #expect(DoctorCommand.status(of: .silence) == 69)
    }
}
