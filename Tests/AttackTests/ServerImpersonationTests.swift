// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import CoAPTesting
import Testing

@Suite("Impersonation of a server", .timeLimit(.minutes(15)))
struct ServerImpersonationTests {
    /// An impostor that counts who asks it for something.
    private static func impostor(_ security: ServerSecurity, _ body: @escaping @Sendable (CoAPURI) async throws -> Void)
        async throws -> Int
    {
        let seen = Locked(0)
        let router = Router()
        router.get("public/x") { _, _ in
            seen.withLock { $0 += 1 }
            return "from an impostor"
        }
        try await Loopback.withServer(router, endpoints: [.coaps("127.0.0.1", port: 0)], security: security) { uris in
            try await body(uris[0])
        }
        return seen.withLock { $0 }
    }

    @Test("By certificates that are not the server's: no client asks anything")
    func certificates() async throws {
        let forged = try await ForgedCertificates.shared
        try await AttackBench.run("impersonation of a server by certificate") { target in
            let trust = try target.folder.keys.trustAnchors()
            let device = try target.folder.keys.deviceCredential(named: "device-1")
            var (gotThrough, control) = (0, 0)
            for forgery in ForgedCertificates.servers {
                let security = ServerSecurity(certificate: try forged.credential(forgery))
                let fooled = try await Self.impostor(security) { uri in
                    var asked = uri
                    asked.host = forgery.host
                    for own in [nil, device] {
                        let answer = try? await CoAPClient.withSession(
                            to: asked, security: .certificate(own, trust: trust)
                        ) { try await $0.get("public/x") }
                        if answer != nil { Issue.record("a client believes: \(forgery.name)") }
                    }
                }
                gotThrough += fooled
                control += try await Self.impostor(security) { uri in
                    _ = try await OpenSSLClient.ask(uri.port, RawRequest(.get, "public", "x"), [])
                }
            }
            // What is refused is the certificate and nothing else: by the real one the same client asks.
            let real = try CertificateCredential(
                certificatePEM: try AttackFolder.read(target.folder.keys.serverCertificatePath),
                privateKeyPEM: Secret(try AttackFolder.read(target.folder.keys.serverKeyPath)))
            let asked = try await Self.impostor(ServerSecurity(certificate: real)) { uri in
                for host in ["127.0.0.1", "localhost"] {
                    var uri = uri
                    uri.host = host
                    try await CoAPClient.withSession(
                        to: uri, security: .certificate(trust: trust), configuration: Target.patient
                    ) { _ = try await $0.get("public/x") }
                }
            }
            #expect(asked == 2)
            return AttackBench.Outcome(
                tries: 2 * ForgedCertificates.servers.count, gotThrough: gotThrough,
                control: ("openssl s_client, verifying nothing", control))
        }
    }

    @Test("By pre-shared keys that are not the server's")
    func keys() async throws {
        try await AttackBench.run("impersonation of a server by key") { target in
            let folder = target.folder
            var hasty = ClientConfiguration()
            hasty.handshakeTimeout = .seconds(3)
            let configuration = hasty
            // It knows the identity, which everybody can read in a handshake, and a key of its own or no byte but zero.
            let guesses = [folder.wrongKey, folder.insiderKey.key, Secret([UInt8](repeating: 0, count: 16))]
            var gotThrough = 0
            for guess in guesses {
                let table = try PreSharedKeyTable([PreSharedKey(identity: "device-1", key: guess)])
                gotThrough += try await Self.impostor(.preSharedKeys(table)) { uri in
                    _ = try? await CoAPClient.withSession(
                        to: uri, security: .preSharedKey(folder.operatorKey), configuration: configuration
                    ) { try await $0.get("public/x") }
                }
            }
            let control = try await Self.impostor(.preSharedKeys(try PreSharedKeyTable([folder.operatorKey]))) { uri in
                try await CoAPClient.withSession(
                    to: uri, security: .preSharedKey(folder.operatorKey), configuration: Target.patient
                ) { _ = try await $0.get("public/x") }
            }
            return AttackBench.Outcome(
                tries: guesses.count, gotThrough: gotThrough, control: ("who knows the key", control))
        }
    }
}
