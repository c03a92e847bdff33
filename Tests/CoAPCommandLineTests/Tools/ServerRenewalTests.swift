// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@Suite("A running server whose own certificate is replaced")
struct ServerRenewalTests {
    /// The certificate that OpenSSL's client is shown, as PEM text without its ends.
    static func shown(by server: RunningServer, believing authorities: String, as device: String = "device-1")
        async throws
        -> String
    {
        let keys = KeyFolder(path: server.keys)
        let address = server.coaps().dropFirst("coaps://".count)
        let line =
            "openssl s_client -dtls1_2 -connect \(address) -cert '\(keys.certificatePath(ofDevice: device))' -key "
            + "'\(keys.keyPath(ofDevice: device))' -CAfile '\(authorities)' -verify_return_error -showcerts </dev/null"
        let result = try await ToolProcess.run(.shell, ["-c", line])
        #expect(result.output.contains("Verify return code: 0 (ok)"), "\(result.transcript)")
        return body(result.output)
    }

    /// The first certificate of a text.
    static func body(_ text: String) -> String {
        text.components(separatedBy: "-----BEGIN CERTIFICATE-----").dropFirst().first?
            .components(separatedBy: "-----END").first ?? ""
    }

    @Test("New handshakes are shown it, and an observation goes on", .timeLimit(.minutes(5)))
    func renewed() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
            let keys = KeyFolder(path: server.keys)
            let device = ClientSecurity.certificate(
                try keys.deviceCredential(named: "device-1"), trust: try keys.trustAnchors())
            func present() throws -> String {
                Self.body(String(decoding: try server.folder.read("keys/server.pem"), as: UTF8.self))
            }
            let before = try present()
            #expect(try await Self.shown(by: server, believing: keys.certificateAuthorityPath) == before)
            try await CoAPClient.withSession(to: server.coaps(), security: device) { session in
                try await session.observe("actuators/led") { states in
                    var iterator = states.makeAsyncIterator()
                    guard case .value? = try await iterator.next() else {
                        Issue.record("no value came")
                        return
                    }
                    let rotated = try await ToolProcess.run(
                        .coap, ["keys", "rotate", "--server", "--keys", keys.path], folder: server.folder.path)
                    rotated.expectSuccess()
                    #expect(rotated.errors.isEmpty, "\(rotated.transcript)")
                    #expect(rotated.output.contains("\nfor   localhost, "), "\(rotated.transcript)")
                    let mark = "credentials reloaded: the server's certificate changed, 0 sessions closed"
                    let log = await server.process.errors { $0.contains(mark) }
                    try #require(log.errors.contains(mark), "\(log.transcript)")
                    let after = try present()
                    #expect(after != before)
                    #expect(try await Self.shown(by: server, believing: keys.certificateAuthorityPath) == after)
                    try await ToolProcess.run(
                        .put, server.certificate + ["-e", "on", server.coaps("/actuators/led")]
                    ).expectSuccess()
                    // The next state is the change, on the same registration.
                    guard case .value? = try await iterator.next() else {
                        Issue.record("the observation did not go on")
                        return
                    }
                }
                #expect(try await session.get("device").code == .content)
            }
        }
    }

    @Test(
        "The server warns of its end and names the command; other hosts; what does not go together",
        .timeLimit(.minutes(5)))
    func commands() async throws {
        try await RunningServer.with(listen: ["coaps://127.0.0.1:0"]) { server in
            func keys(_ line: String) async throws -> ToolResult {
                try await ToolProcess.run(
                    .coap, ["keys"] + line.split(separator: " ").map(String.init), folder: server.folder.path)
            }
            let short = try await keys("rotate --server --days 6 --host gateway.example")
            #expect(
                short.status == 0 && short.output.contains("for   localhost, gateway.example"), "\(short.transcript)")
            let log = await server.process.errors { $0.contains("the server's certificate expires in 6 days") }
            #expect(log.errors.contains("; run: coap keys rotate --server --keys "), "\(log.transcript)")
            let list = try await keys("list")
            #expect(list.output.contains("the server's certificate: until 20"), "\(list.transcript)")
            #expect(list.output.contains(", expires in 6 days\n"), "\(list.transcript)")
            // It keeps the hosts it has.
            #expect(try await keys("rotate --server").output.contains("for   localhost, gateway.example"))
            for line in [
                "rotate", "rotate pump --server", "rotate --server --authority", "rotate --server --overlap 1d",
                "rotate --authority --psk", "rotate --authority --host a", "rotate pump --new-authority",
                "rotate --server --host a_b", "revoke pump --old-authority", "revoke pump --force",
            ] {
                let bad = try await keys(line)
                #expect(bad.status == 64 && bad.complainsOnce && bad.output.isEmpty, "\(line): \(bad.transcript)")
            }
            let name = try await keys("rotate server")
            #expect(
                name.status == 65 && name.complainsOnce && name.errors.hasSuffix(": coap keys rotate --server\n"),
                "\(name.transcript)")
        }
    }
}
