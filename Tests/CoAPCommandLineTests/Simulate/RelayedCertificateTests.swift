// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import DeviceSimulator
import Foundation
import Testing

@testable import CoAPCommandLine

/// Whose certificate a device believes that reaches somebody else's server through a relay.
@Suite("coap simulate behind a relay", .timeLimit(.minutes(2)))
struct RelayedCertificateTests {
    /// Runs a fleet with a link of its own against a server whose certificate is for the names, called `localhost`.
    private static func run(_ names: [String]) async throws -> ToolResult {
        let day = CertificateAuthority.Contents.day
        let authority = try CertificateAuthority(.init(name: "test", role: .authority, validFor: day))
        let (certificate, key) = try authority.issue(
            .init(name: "server", role: .server, alternativeNames: names, validFor: day))
        let credential = try CertificateCredential(certificatePEM: certificate, privateKeyPEM: key)
        let collector = ReportCollector()
        // The address that the simulation takes.
        let address = try #require(
            try await Resolver.addresses(of: "localhost", port: 0, deadline: .seconds(10)).first)
        let server = try await BackgroundServer { onListening in
            let router = Router()
            collector.register(on: router)
            return CoAPServer(
                endpoints: [.coaps(address.host, port: 0)],
                security: ServerSecurity(
                    preSharedKeys: try PreSharedKeyTable([]), certificate: credential,
                    clientAuthentication: .notRequired), router: router, onListening: onListening)
        }
        let yaml = SimulatedFleet.rooms(2, duration: 2, credentials: "{certificate: \"{name}\"}")
            .replacing("    report:", with: "    link: {delay: 1 ms}\n    report:")
        let folder = try SimulatedFleet.folder(yaml)
        try folder.write(try authority.certificatePEM(), to: "ca.pem", permissions: 0o644)
        let port = try #require(server.uris.first?.port)
        let result = try await SimulatedFleet.run(
            ["rooms.yaml", "coaps://localhost:\(port)", "-C", "ca.pem", "--json", "--quiet"], in: folder)
        await server.stop()
        return result
    }

    @Test("A certificate for the host that was named is believed")
    func named() async throws {
        let result = try await Self.run(["DNS:localhost"])
        #expect(result.status == 0, "\(result.transcript)")
        let made = try SimulatedFleet.number("reports.made", of: result)
        let delivered = try SimulatedFleet.number("reports.delivered", of: result)
        #expect(delivered == made && made > 0, "\(result.transcript)")
    }

    @Test("A certificate for the relay's address alone is not")
    func other() async throws {
        let result = try await Self.run(["DNS:other.example", "IP:127.0.0.1", "IP:::1"])
        let delivered = try SimulatedFleet.number("reports.delivered", of: result)
        let (done, failed) = (
            try SimulatedFleet.number("handshakes.done", of: result),
            try SimulatedFleet.number("handshakes.failed", of: result)
        )
        #expect(delivered == 0 && done == 0 && failed > 0, "\(result.transcript)")
    }
}
