// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("Requests to groups: rates and digests", .timeLimit(.minutes(5)))
struct MulticastLimitTests {
    private static let group = MulticastGroup.allCoAPNodes.on(interface: "lo")

    /// A server of a group; the resource says which digest its body was compared with, and notes who asks.
    private static func server(
        _ calls: CallCounter, asker: Locked<String> = Locked(""), _ change: (inout ServerConfiguration) throws -> Void,
        middleware: (any Middleware)? = nil, _ body: @escaping @Sendable (CoAPURI) async throws -> Void
    ) async throws {
        let router = Router()
        if let middleware { router.add(middleware) }
        for method in [CoAP.Method.get, .fetch] {
            router.on(method, "x") { _, context in
                calls.increment()
                asker.withLock { $0 = context.peer.address?.host ?? "" }
                return Response(text: context.bodyDigest.map { "\($0)" } ?? "unchecked")
            }
        }
        var configuration = ServerConfiguration()
        configuration.multicastGroups = [group]
        configuration.multicastLeisure = .milliseconds(1)
        try change(&configuration)
        try await Loopback.withServer(
            router, endpoints: [.coap("0.0.0.0", port: 0)], configuration: configuration
        ) { try await body($0[0]) }
    }

    /// The answer to a request, which must come, or must not, where only a short time is waited for it.
    private static func answer(
        _ port: UInt16, _ method: CoAP.Method = .get, payload: [UInt8] = [], isSilent: Bool = false,
        _ change: (inout Options) -> Void = { _ in }
    ) async throws -> String? {
        var configuration = MulticastConfiguration()
        configuration.port = port
        configuration.duration = isSilent ? .milliseconds(150) : .seconds(60)
        configuration.maximumResponses = 1
        var request = Request(method: method, payload: payload)
        request.options.uriPath = ["x"]
        change(&request.options)
        let stream = try await CoAPClient.responses(to: request, from: group, configuration: configuration)
        for await answer in stream { return answer.response.text }
        return nil
    }

    @Test("They count against the rate of their address; what is too many is passed over (§8.2)")
    func rate() async throws {
        let calls = CallCounter()
        let asker = Locked("")
        try await Self.server(calls, asker: asker) {
            $0.addressRate = RequestRate(perSecond: 1.0 / 3600, burst: 2)
        } _: { uri in
            for _ in 0..<2 {
                let answer = try await Self.answer(uri.port)
                #expect(answer == "unchecked")
            }
            for _ in 0..<3 {
                let answer = try await Self.answer(uri.port, isSilent: true)
                #expect(answer == nil)
            }
            // The same bucket as for requests to the server alone, whose refusal is told.
            let sameHost = CoAPURI(scheme: .coap, host: asker.withLock { $0 }, port: uri.port)
            let refused = try await CoAPClient.withSession(to: sameHost, security: .plain) {
                try await $0.get("x", confirmable: false)
            }
            #expect(refused.code == .tooManyRequests)
            #expect(calls.count == 2)
        }
    }

    @Test("One that was too many is answered when it comes again at a better time")
    func refusedOnce() async throws {
        let calls = CallCounter()
        try await Self.server(calls) {
            $0.addressRate = RequestRate(perSecond: 2, burst: 1)
        } _: { uri in
            var options = Options()
            options.uriPath = ["x"]
            let requests = (0..<3).map {
                Message(
                    type: .nonConfirmable, code: Method.get.code, messageID: UInt16($0), token: [UInt8($0)],
                    options: options)
            }
            let socket = try MulticastSocket.sender(to: Self.group, hops: 1)
            let interface = try #require(try NetworkInterface.all(of: Self.group, loopback: true).first)
            var answered: Set<[UInt8]> = []
            // More at once than the rate allows: until each had its turn.
            let end = ContinuousClock.now + .seconds(60)
            while answered.count < requests.count, ContinuousClock.now < end {
                for request in requests {
                    try socket.send(request.bytes, to: Self.group, port: uri.port, on: interface)
                }
                try await Task.sleep(for: .milliseconds(50))
                while let received = socket.receive() {
                    if let token = RawHeader(received.bytes)?.token { answered.insert(token) }
                }
            }
            #expect(answered == [[0], [1], [2]])
            #expect(calls.count == 3)
        }
    }

    private static func digest(_ body: [UInt8]) -> PayloadDigest {
        let hasher = BodyHasher()
        hasher.update(body)
        return PayloadDigest(.sha256, value: hasher.finish())
    }

    @Test(
        "Bodies are compared with their digest; one that differs is passed over as any error", arguments: [true, false])
    func digests(hasKeys: Bool) async throws {
        let calls = CallCounter()
        try await Self.server(calls) {
            if hasKeys { $0.digestKeys = try BodyDigestTests.table("ops") }
        } _: { uri in
            let good = try await Self.answer(uri.port, .fetch, payload: [1, 2]) {
                $0.payloadDigest = Self.digest([1, 2])
            }
            #expect(good == "\(PayloadDigest.Algorithm.sha256)")
            let wrong = try await Self.answer(uri.port, .fetch, payload: [1, 3], isSilent: true) {
                $0.payloadDigest = Self.digest([1, 2])
            }
            #expect(wrong == nil)
            let malformed = try await Self.answer(uri.port, isSilent: true) {
                $0.append(CoAPOption(.payloadDigest, [1, 2, 3]))
            }
            #expect(malformed == nil)
            #expect(calls.count == 1)
            // A key that is not known is a reason to refuse where there are any, as for one server alone.
            let algorithm = PayloadDigest.Algorithm.hmacSHA256(keyID: Array("other".utf8))
            let unknown = try await Self.answer(uri.port, isSilent: hasKeys) {
                $0.payloadDigest = PayloadDigest(algorithm, value: [UInt8](repeating: 1, count: 32))
            }
            #expect(unknown == (hasKeys ? nil : "unchecked"))
        }
    }

    @Test("Where a digest is demanded, nothing is said without one")
    func demanded() async throws {
        let calls = CallCounter()
        try await Self.server(calls, { _ in }, middleware: RequireDigest(.any, on: ["x"])) { uri in
            let without = try await Self.answer(uri.port, .fetch, payload: [1], isSilent: true)
            #expect(without == nil && calls.count == 0)
            let with = try await Self.answer(uri.port, .fetch, payload: [1]) { $0.payloadDigest = Self.digest([1]) }
            #expect(with != nil && calls.count == 1)
        }
    }
}
