// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Metrics
import MetricsTestKit
import Testing

@testable import CoAP

@Suite("Requests to groups: more at once than are answered", .timeLimit(.minutes(5)))
struct MulticastOverloadTests {
    private static let group = MulticastGroup.allCoAPNodes.on(interface: "lo")

    private static func request(_ number: Int) -> [UInt8] {
        var options = Options()
        options.uriPath = ["slow"]
        let token = [UInt8(number >> 8), UInt8(number & 0xFF)]
        return Message(
            type: .nonConfirmable, code: Method.get.code, messageID: UInt16(number), token: token, options: options
        ).bytes
    }

    /// A server of the group whose handler waits.
    private static func server(
        _ gate: Gate, _ calls: CallCounter, _ body: @escaping @Sendable (CoAPURI) async throws -> Void
    ) async throws {
        let router = Router()
        router.get("slow") { _, _ in
            calls.increment()
            await gate.wait()
            return "slow"
        }
        var configuration = ServerConfiguration()
        configuration.multicastGroups = [group]
        configuration.multicastLeisure = .milliseconds(1)
        configuration.handlerTimeout = .seconds(600)
        try await Loopback.withServer(
            router, endpoints: [.coap("127.0.0.1", port: 0)], configuration: configuration
        ) { try await body($0[0]) }
    }

    @Test("One that is passed over is answered when it comes again at a better time")
    func passedOver() async throws {
        let metrics = TestMetrics()
        let gate = Gate()
        let calls = CallCounter()
        try await withMetricsFactory(metrics) {
            try await Self.server(gate, calls) { uri in
                let socket = try MulticastSocket.sender(to: Self.group, hops: 1)
                let interface = try #require(try NetworkInterface.all(of: Self.group, loopback: true).first)
                let limit = MulticastResponder.maximumPending
                for number in 0..<limit {
                    try socket.send(Self.request(number), to: Self.group, port: uri.port, on: interface)
                    // One after the other, so that the system loses none.
                    while calls.count <= number { try await Task.sleep(for: .milliseconds(1)) }
                }
                try socket.send(Self.request(limit), to: Self.group, port: uri.port, on: interface)
                var drops: Int64 = 0
                while drops == 0 {
                    try await Task.sleep(for: .milliseconds(5))
                    let counter = try? metrics.expectCounter("coap.server.drops", [("reason", "overload")])
                    drops = counter?.totalValue ?? 0
                }
                await gate.open()
                while calls.count == limit {
                    try socket.send(Self.request(limit), to: Self.group, port: uri.port, on: interface)
                    try await Task.sleep(for: .milliseconds(20))
                }
                #expect(calls.count == limit + 1)
            }
        }
    }
}
