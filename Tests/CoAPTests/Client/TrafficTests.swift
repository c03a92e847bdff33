// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Foundation
import Testing

@Suite("What a connection's traffic is", .timeLimit(.minutes(10)))
struct TrafficTests {
    private static let key = Secret("a key of sixteen".utf8)

    private static func router() -> Router {
        let router = Router()
        router.post("reports") { request, _ in Response(.changed, payload: request.payload) }
        router.post("late") { request, _ in
            try await Task.sleep(for: .milliseconds(300))
            return Response(.changed)
        }
        return router
    }

    private static func withServer(_ body: @escaping @Sendable (CoAPURI, CoAPURI) async throws -> Void) async throws {
        let table = try PreSharedKeyTable([PreSharedKey(identity: "me", key: key)])
        try await Loopback.withServer(
            router(), endpoints: [.coaps("127.0.0.1", port: 0), .coap("127.0.0.1", port: 0)],
            security: .preSharedKeys(table)
        ) { uris in try await body(uris[0], uris[1]) }
    }

    /// What a capture's file holds of the datagrams to a port and from it.
    private static func captured(_ path: String, port: UInt16) throws -> TrafficCounts {
        var counts = TrafficCounts()
        for packet in try #require(CapturedFile(path)).packets {
            if packet.destinationPort == port {
                counts.datagramsSent += 1
                counts.bytesSent += packet.payload.count
            } else {
                counts.datagramsReceived += 1
                counts.bytesReceived += packet.payload.count
            }
        }
        return counts
    }

    @Test("Each of several sessions at once counts what its own capture shows, to the byte and to the end")
    func capture() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "swift-coap-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await Self.withServer { secure, plain in
            var faults = LinkFaults.loss(0.15)
            faults.duplication = 0.1
            let bad = faults
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, uri) in [secure, plain, secure].enumerated() {
                    group.addTask {
                        let link = try FaultyLink(to: uri, toServer: bad, toClient: bad, seed: UInt64(number))
                        defer { link.stop() }
                        let path = "\(folder)/\(number).pcap"
                        var configuration = ClientConfiguration.patient
                        configuration.capture = try Capture(packets: path)
                        configuration.transmission.ackTimeout = .seconds(1)
                        configuration.transmission.maximumRetransmissions = 8
                        let session = try await CoAPClient.withSession(
                            to: link.uri(for: uri),
                            security: uri.scheme == .coap
                                ? .plain : try .preSharedKey(identity: "me", key: Self.key),
                            configuration: configuration
                        ) { session in
                            for size in [10, 100, 900] {
                                let response = try await session.post(
                                    "reports", [UInt8](repeating: 7, count: size), contentFormat: .octetStream)
                                #expect(response.code == .changed)
                            }
                            _ = try await session.post("late", [1], contentFormat: .octetStream)
                            return session
                        }
                        var counted = await session.traffic
                        // More than one when nothing was heard for too long.
                        #expect(uri.scheme == .coap ? counted.handshakes == 0 : counted.handshakes >= 1)
                        counted.handshakes = 0
                        let captured = try Self.captured(path, port: link.port)
                        #expect(counted == captured)
                        // What a relay sees is what was sent, once it has read it all.
                        while link.toServer.received < counted.datagramsSent { await Task.yield() }
                        #expect(link.toServer.received == counted.datagramsSent)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("Without a capture the counts are those of the datagrams, and each handshake is counted")
    func sessions() async throws {
        try await Self.withServer { secure, plain in
            try await CoAPClient.withSession(to: plain, security: .plain) { session in
                let nothing = await session.traffic
                #expect(nothing == TrafficCounts())
                let payload = [UInt8](repeating: 7, count: 100)
                _ = try await session.post("reports", payload, contentFormat: .octetStream)
                let traffic = await session.traffic
                #expect(traffic.datagramsSent == 1 && traffic.datagramsReceived == 1 && traffic.handshakes == 0)
                // Header, token, path, format and the marker before the payload.
                #expect((100 + 4 + 8...100 + 4 + 8 + 8 + 2 + 1).contains(traffic.bytesSent))
                #expect((100 + 4...100 + 4 + 8 + 1).contains(traffic.bytesReceived))
            }
            let link = try FaultyLink(to: secure)
            defer { link.stop() }
            var configuration = ClientConfiguration.patient
            configuration.transmission.ackTimeout = .seconds(1)
            let session = try await CoAPClient.withSession(
                to: link.uri(for: secure), security: try .preSharedKey(identity: "me", key: Self.key),
                configuration: configuration
            ) { session in
                let first = await session.traffic
                #expect(first.handshakes == 1 && first.datagramsSent >= 3 && first.bytesSent > 150)
                while link.toServer.received < first.datagramsSent { await Task.yield() }
                #expect(link.toServer.received == first.datagramsSent)
                // Over a new session beneath the same one the counts go on.
                link.rebind()
                _ = try await session.put("nowhere", text: "idempotent")
                let later = await session.traffic
                #expect(later.handshakes >= 2)
                #expect(later.datagramsSent >= first.datagramsSent + 4 && later.bytesReceived > first.bytesReceived)
                return session
            }
            let end = await session.traffic
            while link.toServer.received < end.datagramsSent { await Task.yield() }
            #expect(link.toServer.received == end.datagramsSent)
        }
    }
}
