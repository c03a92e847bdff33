// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("Who asks is known on every path", .needs(.openssl), .timeLimit(.minutes(5)))
struct IdentityTests {
    /// How a peer comes, and who it is then.
    enum Arrival: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case plain, key, certificate, withoutCertificate
        var testDescription: String { rawValue }

        func isRight(_ identity: PeerIdentity) -> Bool {
            switch (self, identity) {
            case (.plain, .anonymous), (.withoutCertificate, .anonymous): true
            case (.key, .preSharedKey(let name)): name == Array(TestKey.identity.utf8)
            case (.certificate, .certificate(let certificate)):
                certificate.commonName == "device" && certificate.subject == "CN=device,O=Tests"
                    && certificate.alternativeNames == [.dns("device.example")] && certificate.fingerprint.count == 32
                    && (1...4).contains(certificate.serialNumber.count)
            default: false
            }
        }
    }

    /// Notes under its name whom each place saw.
    private struct Witness: Middleware {
        let seen = Locked<[String: [PeerIdentity]]>([:])

        func note(_ place: String, _ context: RequestContext) {
            seen.withLock { $0[place, default: []].append(context.peer.identity) }
        }

        func handle(
            _ request: Request, context: RequestContext,
            next: @Sendable (Request, RequestContext) async throws -> Response
        ) async throws -> Response {
            note("middleware", context)
            return try await next(request, context)
        }
    }

    @Test("In handlers of every kind, in middleware and for each notification", arguments: Arrival.allCases)
    func everywhere(arrival: Arrival) async throws {
        let witness = Witness()
        let router = Router()
        router.add(witness)
        router.get("quick") { _, context in
            witness.note("quick", context)
            return "ok"
        }
        router.get("slow") { _, context in
            try await Task.sleep(for: .milliseconds(300))
            witness.note("slow", context)
            return "ok"
        }
        router.put("body") { _, context in
            witness.note("body", context)
            return Response(.changed)
        }
        router.upload(.put, "stream") { _, context, body in
            for try await _ in body {}
            witness.note("stream", context)
            return Response(.changed)
        }
        let resource = router.observable("value") { _, context in
            witness.note("value", context)
            return "value"
        }
        let certificates = try await TestCertificates.shared
        var security = try await TestServer.security()
        if arrival == .withoutCertificate { security.clientAuthentication = .notRequired }
        let client: ClientSecurity =
            switch arrival {
            case .plain: .plain
            case .key: try TestKey.client()
            case .certificate: .certificate(try certificates.credential(.device), trust: try certificates.trust())
            case .withoutCertificate: .certificate(trust: try certificates.trust())
            }
        try await TestServer.with(arrival == .plain ? nil : security, router: router) { uri in
            try await CoAPClient.withSession(to: try CoAPURI(uri), security: client) { session in
                _ = try await session.get("quick")
                _ = try await session.get("slow")
                // In several blocks, and read while it comes.
                let body = [UInt8](repeating: 7, count: 5000)
                #expect(try await session.put("body", body).code == .changed)
                #expect(try await session.put("stream", body).code == .changed)
                try await session.observe("value") { notifications in
                    var values = notifications.makeAsyncIterator()
                    _ = try await values.next()
                    resource.changed()
                    _ = try await values.next()
                }
            }
        }
        let seen = witness.seen.withLock { $0 }
        for place in ["quick", "slow", "body", "stream", "value", "middleware"] {
            let all = try #require(seen[place], "\(place)")
            #expect(all.allSatisfy(arrival.isRight), "\(place): \(all)")
        }
        // The registration and the notification; the farewell asks once more.
        #expect((seen["value"]?.count ?? 0) >= 2)
    }
}
