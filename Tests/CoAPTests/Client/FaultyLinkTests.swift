// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("Requests over a bad network", .timeLimit(.minutes(10)))
struct FaultyLinkTests {
    @Test("Probabilities are probabilities")
    func invalid() throws {
        let error = #expect(throws: CoAPError.self) {
            try FaultyLink(to: try CoAPURI("coap://[::1]:5683"), toServer: .loss(1.5))
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test("Datagrams that are held back arrive, and doubled ones twice")
    func doubled() async throws {
        let server = try FakeServer { message, _, _ in [message?.piggybacked()].compactMap { $0 } }
        var faults = LinkFaults()
        faults.duplication = 1
        faults.reordering = 1
        faults.delay = .milliseconds(20)
        let link = try FaultyLink(to: server.plain, toServer: faults)
        defer { link.stop() }
        try await CoAPClient.withSession(to: link.uri(for: server.plain), security: .plain) { session in
            let started = ContinuousClock.now
            _ = try await session.get("x")
            #expect(ContinuousClock.now - started >= .milliseconds(20))
        }
        #expect(link.toServer.duplicated >= 1 && link.toServer.reordered >= 1 && link.toServer.lost == 0)
        #expect(link.toClient.received >= 1)
    }

    @Test("With a fifth lost in each direction every request ends, and none is carried out twice")
    func lossy() async throws {
        let seen = Locked<[String: Int]>([:])
        let router = Router()
        router.put("n") { request, _ in
            let text = String(decoding: request.payload, as: UTF8.self)
            let count = seen.withLock { seen in
                seen[text, default: 0] += 1
                return seen.count
            }
            // Some are slow, so that their response is a message of its own.
            if count.isMultiple(of: 3) { try await Task.sleep(for: .milliseconds(200)) }
            return Response(.changed, payload: request.payload)
        }
        var limits = ServerConfiguration()
        // As many as come at once, and their repetitions.
        limits.maximumRequestsPerSession = 1_000
        try await Loopback.withServer(router, configuration: limits) { uris in
            var faults = LinkFaults.loss(0.2)
            faults.duplication = 0.1
            faults.reordering = 0.1
            faults.jitter = .milliseconds(10)
            let link = try FaultyLink(to: uris[0], toServer: faults, toClient: faults, seed: 7)
            defer { link.stop() }
            var configuration = ClientConfiguration.patient
            configuration.transmission.ackTimeout = .seconds(1)
            configuration.transmission.maximumOutstanding = 100
            let (answered, failed) = try await CoAPClient.withSession(
                to: link.uri(for: uris[0]), security: .plain, configuration: configuration
            ) { session in
                await withTaskGroup(of: CoAPError?.self) { group in
                    for number in 0..<300 {
                        group.addTask {
                            do {
                                let response = try await session.put("n", text: "\(number)")
                                // Of responses with many others behind them the server remembers the code only.
                                #expect(response.code == .changed && ["", "\(number)"].contains(response.text))
                                return nil
                            } catch {
                                return error as? CoAPError
                            }
                        }
                    }
                    var (answered, failed) = (0, 0)
                    for await error in group {
                        guard let error else {
                            answered += 1
                            continue
                        }
                        failed += 1
                        #expect(error.code == .timeout, "\(error)")
                    }
                    return (answered, failed)
                }
            }
            #expect(answered + failed == 300)
            // Five transmissions, each of which arrives and is acknowledged in two cases of three.
            #expect(answered > 280)
            #expect(seen.withLock { $0.values.allSatisfy { $0 == 1 } })
            #expect(seen.withLock(\.count) >= answered)
        }
    }
}
