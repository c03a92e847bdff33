// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import CoAPTesting
import Testing

@Suite("A man in the middle", .timeLimit(.minutes(15)))
struct ManInTheMiddleTests {
    @Test("Who has no credentials changes nothing", arguments: Tampering.allCases)
    func tampering(_ tampering: Tampering) async throws {
        try await AttackBench.run("a man in the middle \(tampering.rawValue)", arguments: Target.longSessions) {
            target in
            let clients: [ClientSecurity] = [
                .preSharedKey(target.folder.operatorKey), .preSharedKey(target.folder.insiderKey),
            ]
            let result = try await tampering.mount(on: target, at: target.secure, as: clients, seed: 5684)
            let control = try await Target.with([]) { plain in
                try await tampering.mount(on: plain, at: plain.plain, as: [.plain, .plain], seed: 5684)
            }
            return AttackBench.Outcome(
                tries: result.tries, gotThrough: result.gotThrough, control: ("plain CoAP", control.gotThrough))
        }
    }

    /// He ends the client's DTLS himself, with a certificate of his own, and speaks to the server as a client.
    @Test("Who has a certificate of his own is refused by both sides")
    func ownCertificate() async throws {
        let forged = try await ForgedCertificates.shared
        try await AttackBench.run("a man in the middle with his own certificate") { target in
            let seen = Locked(0)
            let router = Router()
            router.get("secret") { _, _ in
                seen.withLock { $0 += 1 }
                return "read on the way"
            }
            let security = ServerSecurity(certificate: try forged.credential(ForgedCertificates.otherAuthority))
            let trust = try target.folder.keys.trustAnchors()
            let device = try target.folder.keys.deviceCredential(named: "device-1")
            let own = try forged.credential(ForgedCertificates.otherAuthorityClient)
            let fooled = try await Loopback.withServer(
                router, endpoints: [.coaps("127.0.0.1", port: 0)], security: security
            ) { uris in
                var fooled = 0
                for _ in 0..<5 {
                    let client = try? await CoAPClient.withSession(
                        to: uris[0], security: .certificate(device, trust: trust)
                    ) { try await $0.get("secret") }
                    let server = try? await CoAPClient.withSession(
                        to: target.secure, security: .certificate(own, trust: trust)
                    ) { try await $0.get("secret") }
                    fooled += (client == nil ? 0 : 1) + (server == nil ? 0 : 1)
                }
                let before = seen.withLock { $0 }
                // Whoever verifies nothing asks him for the secret.
                _ = try await OpenSSLClient.ask(uris[0].port, RawRequest(.get, "secret"), [])
                return (gotThrough: fooled + before, control: seen.withLock { $0 } - before)
            }
            return AttackBench.Outcome(
                tries: 10, gotThrough: fooled.gotThrough,
                control: ("openssl s_client, verifying nothing", fooled.control))
        }
    }
}
