// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP
@testable import CoAPTesting

@Suite("Attacks on digests by somebody on the way who has no key", .timeLimit(.minutes(5)))
struct DigestAttackTests {
    private static let body = BlockBody.bytes(3_000)
    private static let hmac = BodyDigestTests.hmac

    private static func client() throws -> ClientConfiguration {
        var configuration = ClientConfiguration.patient
        configuration.digestKeys = try BodyDigestTests.table("ops")
        return configuration
    }

    /// Resources that note what they are sent.
    private static func router(_ taken: Locked<[[UInt8]]>) -> Router {
        let router = Router()
        for method in [Method.put, .post, .fetch, .patch, .iPatch, .delete] {
            router.on(method, "x") { request, _ in
                taken.withLock { $0.append(request.payload) }
                return Response(method == .fetch ? .content : .changed, payload: request.payload)
            }
        }
        router.upload(.put, "upload") { _, _, parts in
            var bytes: [UInt8] = []
            for try await part in parts { bytes += part }
            let whole = bytes
            taken.withLock { $0.append(whole) }
            return Response(.changed)
        }
        return router
    }

    /// Runs a server with a key and a session to it by way of a relay that changes requests.
    private static func serve(
        _ router: Router, changing change: @escaping @Sendable (inout Message) -> Void,
        _ body: @escaping @Sendable (ClientSession) async throws -> Void
    ) async throws {
        var server = ServerConfiguration()
        server.digestKeys = try BodyDigestTests.table("ops")
        try await Loopback.withServer(router, configuration: server) { uris in
            let relay = try FakeServer.relay(to: uris[0], changing: change)
            try await CoAPClient.withSession(to: relay.plain, security: .plain, configuration: try client()) {
                try await body($0)
            }
        }
    }

    /// Takes the digest away, leaves the wish for one, and changes the body.
    @Sendable private static func strip(_ message: inout Message) {
        guard let digest = message.options.payloadDigest, digest.value != nil else { return }
        message.options.payloadDigest = PayloadDigest(digest.algorithm)
        message.payload = message.payload.map { $0 ^ 1 }
    }

    @Test(
        "Digest taken away, wish left, body changed: the server carries it out, and its response gives it away",
        arguments: [CoAP.Method.put, .post, .fetch, .patch, .iPatch], [1, 3_000])
    func stripped(method: CoAP.Method, size: Int) async throws {
        let taken = Locked<[[UInt8]]>([])
        let bytes = Array(Self.body.prefix(size))
        try await Self.serve(Self.router(taken), changing: Self.strip) { session in
            let request = try Request(method, "x", options: [.digest(Self.hmac)], payload: bytes)
            let error = await #expect(throws: CoAPError.self) { try await session.request(request) }
            #expect(error?.code == .digestMismatch, "\(String(describing: error))")
        }
        #expect(taken.withLock { $0 } == [bytes.map { $0 ^ 1 }])
    }

    @Test("The same with a body that is streamed, and with DELETE, which has none")
    func strippedStream() async throws {
        let taken = Locked<[[UInt8]]>([])
        try await Self.serve(Self.router(taken), changing: Self.strip) { session in
            var request = try Request(.put, "upload", options: [.digest(Self.hmac)])
            request.options.payloadDigest = try await session.digest(of: BlockBody.parts(Self.body), for: request)
            let signed = request
            let upload = await #expect(throws: CoAPError.self) {
                try await session.upload(signed, body: BlockBody.parts(Self.body))
            }
            #expect(upload?.code == .digestMismatch)
            let delete = await #expect(throws: CoAPError.self) {
                try await session.delete("x", options: [.digest(Self.hmac)])
            }
            #expect(delete?.code == .digestMismatch)
        }
        #expect(taken.withLock { $0 } == [Self.body.map { $0 ^ 1 }, []])
    }

    @Test("An old body with its old digest in a new one's place is carried out, and given away, too")
    func exchanged() async throws {
        let taken = Locked<[[UInt8]]>([])
        let first = Locked<Message?>(nil)
        let change: @Sendable (inout Message) -> Void = { message in
            let old = first.withLock { first in
                defer { first = first ?? message }
                return first
            }
            guard let old else { return }
            (message.options.payloadDigest, message.payload) = (old.options.payloadDigest, old.payload)
        }
        try await Self.serve(Self.router(taken), changing: change) { session in
            let good = try await session.put("x", [1], options: [.digest(Self.hmac)])
            #expect(good.code == .changed)
            let error = await #expect(throws: CoAPError.self) {
                try await session.put("x", [2], options: [.digest(Self.hmac)])
            }
            #expect(error?.code == .digestMismatch)
        }
        #expect(taken.withLock { $0 } == [[1], [1]])
    }

    @Test("Each notification of a FETCH is bound to what the observer asked for")
    func observed() async throws {
        for isHonest in [true, false] {
            let router = Router()
            router.observable("n", method: .fetch) { request, _ in
                Response(.content, payload: request.payload + [UInt8](repeating: 0x20, count: 1_500))
            }
            try await Self.serve(router, changing: { if !isHonest { Self.strip(&$0) } }) { session in
                let request = try Request(.fetch, "n", options: [.digest(Self.hmac)], payload: [0x61])
                let values = Locked(0)
                let observe = {
                    try await session.observe(request) { states in
                        for try await state in states {
                            guard case .value = state else { continue }
                            values.withLock { $0 += 1 }
                            break
                        }
                    }
                }
                if isHonest {
                    try await observe()
                } else {
                    let error = await #expect(throws: CoAPError.self) { try await observe() }
                    #expect(error?.code == .digestMismatch)
                }
                #expect(values.withLock { $0 } == (isHonest ? 1 : 0))
            }
        }
    }

    /// Successes that are a body under another name, or none at all.
    private static let disguises: [(code: Code, payload: [UInt8], eTags: Bool, block: BlockOption?)] = [
        (.valid, [7], false, nil), (.valid, [7], true, nil), (.valid, [], false, nil),
        (.valid, [], true, BlockOption(number: 0, hasMore: true, size: 16)), (.continue, [7], false, nil),
        (.continue, [], true, nil), (.deleted, [7], true, nil), (.content, [], true, nil),
    ]

    @Test("2.03 and 2.31 do not bring in a body without a digest", arguments: [.sha256, hmac])
    func disguised(algorithm: PayloadDigest.Algorithm) async throws {
        for disguise in Self.disguises {
            let server = try FakeServer.answering { request, _ in
                var response = Response(disguise.code, payload: disguise.payload)
                response.options.block2 = disguise.block
                response.options.observe = request.options.observe == 0 ? 1 : nil
                return response
            }
            var options: Options = [.digest(algorithm)]
            if disguise.eTags { options.eTags = [[1]] }
            let asked = options
            try await CoAPClient.withSession(to: server.plain, security: .plain, configuration: try Self.client()) {
                session in
                // A 2.31 to a request without blocks breaks the protocol; a notification is looked at only here.
                let expected: CoAPError.Code = disguise.code == .continue ? .protocolError : .digestMissing
                let whole = await #expect(throws: CoAPError.self) { try await session.get("x", options: asked) }
                #expect(whole?.code == expected, "\(disguise)")
                let streamed = await #expect(throws: CoAPError.self) {
                    try await session.download("x", options: asked) { _, _ in }
                }
                #expect(streamed?.code == expected, "\(disguise)")
                let observed = await #expect(throws: CoAPError.self) {
                    try await session.observe("x", options: asked) { states in for try await _ in states {} }
                }
                #expect(observed?.code == .digestMissing, "\(disguise)")
            }
        }
    }

    @Test("Blocks that the caller deals with cannot be checked: they are refused before anything is sent")
    func rawBlocks() async throws {
        let server = try FakeServer()
        try await CoAPClient.withSession(to: server.plain, security: .plain, configuration: try Self.client()) {
            session in
            for method in [CoAP.Method.get, .put, .fetch] {
                for isFirst in [true, false] {
                    for value in [nil, [UInt8](repeating: 1, count: 32)] {
                        var request = try Request(method, "x")
                        request.options.payloadDigest = PayloadDigest(.sha256, value: value)
                        if isFirst {
                            request.options.block1 = BlockOption(number: 0, hasMore: true, size: 16)
                        } else {
                            request.options.block2 = BlockOption(number: 1, size: 16)
                        }
                        let raw = request
                        let error = await #expect(throws: CoAPError.self) { try await session.request(raw) }
                        #expect(error?.code == .invalidArgument && error?.message.contains("Block1") == true)
                        guard method != .put else { continue }
                        let observed = await #expect(throws: CoAPError.self) { try await session.observe(raw) { _ in } }
                        #expect(observed?.code == .invalidArgument)
                    }
                }
            }
        }
        #expect(server.received.isEmpty)
    }
}
