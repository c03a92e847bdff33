// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@Suite("Handshakes that one of the sides refuses")
struct RefusedHandshakeTests {
    private static let key = "not-the-key-of-this-device"

    private func expectRefusal(
        _ server: RunningServer, _ credentials: [String], uri: String? = nil, says text: String
    ) async throws {
        let result = try await ToolProcess.run(
            .get, ["-B", "3"] + credentials + [uri ?? server.coaps("/sensors/temperature")])
        #expect(result.status == 77 && result.output.isEmpty, "\(result.transcript)")
        #expect(result.errors.contains(text) && result.complainsOnce, "\(result.transcript)")
        #expect(!result.errors.contains(Self.key))
    }

    @Test("A wrong key and an unknown identity")
    func keys() async throws {
        try await RunningServer.with { server in
            let file = try server.folder.write(Self.key.utf8, to: "wrong")
            try await expectRefusal(
                server, ["-u", "device-1", "--psk-file", file], says: "check the pre-shared key of identity 'device-1'")
            try await expectRefusal(server, ["-u", "nobody", "--psk-file", file], says: "'nobody'")
            try await expectRefusal(server, ["-u", "device-1", "-k", Self.key], says: "check the pre-shared key")
        }
    }

    @Test("A foreign authority on either side, a missing client certificate")
    func certificates() async throws {
        try await RunningServer.with { server in
            let foreign = try CertificateAuthority(named: "foreign")
            let ca = try server.folder.write(try foreign.certificatePEM(), to: "foreign.pem")
            let device = KeyFolder(path: server.keys)
            try await expectRefusal(
                server,
                [
                    "-c", device.certificatePath(ofDevice: "device-1"), "-j", device.keyPath(ofDevice: "device-1"),
                    "-C", ca,
                ], says: "not trusted here")
            try await expectRefusal(
                server, ["-C", device.certificateAuthorityPath], says: "give a certificate and its key")
            let rogue = try foreign.issue(.init(name: "rogue", role: .client, validFor: 3600))
            let certificate = try server.folder.write(rogue.certificatePEM, to: "rogue.pem")
            let key = try server.folder.write(rogue.keyPEM.withBytes { Array($0) }, to: "rogue.key")
            try await expectRefusal(
                server, ["-c", certificate, "-j", key, "-C", device.certificateAuthorityPath], says: "unknown_ca")
        }
    }

    @Test("A certificate of another host: the message names those it is for")
    func wrongHost() async throws {
        try await RunningServer.with(listen: ["coaps://0.0.0.0:0"]) { server in
            let port = try #require(server.authorities[0].split(separator: ":").last)
            let credentials = server.certificate
            let right = try await ToolProcess.run(.get, credentials + ["coaps://127.0.0.1:\(port)/actuators/led"])
            #expect(right.status == 0, "\(right.transcript)")
            let wrong = "coaps://127.0.0.2:\(port)/actuators/led"
            try await expectRefusal(server, credentials, uri: wrong, says: "not for '127.0.0.2' but for localhost")
        }
    }
}
