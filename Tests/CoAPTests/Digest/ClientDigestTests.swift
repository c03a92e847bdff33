// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP
@testable import CoAPTesting

@Suite("Digests that a client sends and checks", .timeLimit(.minutes(5)))
struct ClientDigestTests {
    private static let body = BlockBody.bytes(5_000)
    private static let algorithms = [PayloadDigest.Algorithm.sha256, BodyDigestTests.hmac]

    private static func configuration() throws -> ClientConfiguration {
        var configuration = ClientConfiguration.patient
        configuration.digestKeys = try BodyDigestTests.table("ops", "other")
        return configuration
    }

    private static func router(_ taken: Locked<[[UInt8]]> = Locked([])) -> Router {
        let router = Router()
        for method in [Method.put, .post, .fetch, .patch, .iPatch] {
            router.on(method, "echo") { request, context in
                guard context.bodyDigest != nil else { throw ResponseError(.forbidden, "unchecked") }
                return Response(
                    method == .fetch ? .content : .changed, payload: request.payload, contentFormat: .octetStream)
            }
        }
        router.delete("echo") { _, context in Response(context.bodyDigest == nil ? .forbidden : .deleted) }
        router.get("body/{size}") { _, context in
            Response(payload: Array(body.prefix(Int(context.parameters["size"]) ?? 0)), contentFormat: .octetStream)
        }
        router.get("streamed") { _, _ in
            Response(
                stream: BodyStream(size: body.count) { Array(body[$0..<min($0 + $1, body.count)]) },
                contentFormat: .octetStream)
        }
        router.upload(.put, "upload") { _, _, parts in
            var bytes: [UInt8] = []
            for try await part in parts { bytes += part }
            taken.withLock { $0.append(bytes) }
            return Response(.changed, payload: Array(bytes.reversed()))
        }
        return router
    }

    /// Runs a server and a session to it by a link that does what its faults say.
    private static func serve(
        toServer: LinkFaults = LinkFaults(), toClient: LinkFaults = LinkFaults(), _ router: Router = router(),
        _ body: @escaping @Sendable (ClientSession) async throws -> Void
    ) async throws {
        var server = ServerConfiguration()
        server.digestKeys = try BodyDigestTests.table("ops")
        try await Loopback.withServer(router, configuration: server) { uris in
            let link = try FaultyLink(to: uris[0], toServer: toServer, toClient: toClient)
            defer { link.stop() }
            try await CoAPClient.withSession(
                to: link.uri(for: uris[0]), security: .plain, configuration: try configuration()
            ) { try await body($0) }
        }
    }

    private static func flipping(_ bit: Int) -> LinkFaults {
        var faults = LinkFaults()
        faults.flippedPayloadBit = bit
        return faults
    }

    @Test("Bodies of one message and of many, both ways, with every method", arguments: algorithms)
    func intact(algorithm: PayloadDigest.Algorithm) async throws {
        try await Self.serve { session in
            for size in [0, 1, 1_000, 1_024, 1_025, 5_000] {
                let bytes = Array(Self.body.prefix(size))
                let got = try await session.get("body/\(size)", options: [.digest(algorithm)])
                #expect(got.payload == bytes && got.options.payloadDigest?.algorithm == algorithm)
                #expect(got.options.payloadDigest?.value != nil)
                for method in [CoAP.Method.put, .post, .fetch, .patch, .iPatch] {
                    let request = try Request(
                        method, "echo?a=b", contentFormat: .octetStream, options: [.digest(algorithm)], payload: bytes)
                    let answer = try await session.request(request)
                    #expect(answer.code.isSuccess && answer.payload == bytes, "\(method) \(size)")
                    #expect(answer.options.payloadDigest?.algorithm == algorithm)
                }
            }
            let deleted = try await session.delete("echo", options: [.digest(algorithm)])
            #expect(deleted.code == .deleted)
        }
    }

    @Test("A bit that is flipped on the way there: 4.00, and why", arguments: algorithms, [0, 4_005])
    func flippedThere(algorithm: PayloadDigest.Algorithm, bit: Int) async throws {
        let taken = Locked<[[UInt8]]>([])
        try await Self.serve(toServer: Self.flipping(bit), Self.router(taken)) { session in
            let put = try await session.put("echo", Self.body, options: [.digest(algorithm)])
            #expect(put.code == .badRequest && put.text.contains("does not match its digest"), "\(put)")
            var request = try Request(.put, "upload", options: [.digest(algorithm)])
            request.options.payloadDigest = try await session.digest(of: BlockBody.parts(Self.body), for: request)
            let upload = try await session.upload(request, size: 5_000, body: BlockBody.parts(Self.body))
            #expect(upload.code == .badRequest && upload.text.contains("does not match its digest"), "\(upload)")
            let unnoticed = try await session.put("upload", Self.body)
            #expect(unnoticed.code == .changed)
        }
        #expect(taken.withLock { $0 }.count == 1 && taken.withLock { $0.first } != Self.body)
    }

    @Test("A bit that is flipped on the way back", arguments: algorithms, [0, 7])
    func flippedBack(algorithm: PayloadDigest.Algorithm, bit: Int) async throws {
        try await Self.serve(toClient: Self.flipping(bit)) { session in
            for size in [1, 5_000] {
                let error = await #expect(throws: CoAPError.self) {
                    try await session.get("body/\(size)", options: [.digest(algorithm)])
                }
                #expect(error?.code == .digestMismatch)
                var read = 0
                let streamed = await #expect(throws: CoAPError.self) {
                    try await session.download("body/\(size)", options: [.digest(algorithm)]) { _, parts in
                        for try await part in parts { read += part.count }
                    }
                }
                #expect(streamed?.code == .digestMismatch && read == size)
            }
            let put = await #expect(throws: CoAPError.self) {
                try await session.put("echo", Self.body, options: [.digest(algorithm)])
            }
            #expect(put?.code == .digestMismatch)
            let unnoticed = try await session.get("body/1")
            #expect(unnoticed.payload != Array(Self.body.prefix(1)))
        }
    }

    @Test("A streamed body's digest is made beforehand", arguments: algorithms)
    func streams(algorithm: PayloadDigest.Algorithm) async throws {
        let taken = Locked<[[UInt8]]>([])
        try await Self.serve(Self.router(taken)) { session in
            var request = try Request(.put, "upload", options: [.digest(algorithm)])
            let asked = request
            let early = await #expect(throws: CoAPError.self) {
                try await session.upload(asked, body: BlockBody.parts(Self.body))
            }
            #expect(early?.code == .invalidArgument && early?.message.contains("digest(of:for:)") == true)
            for size in [3, 5_000] {
                let bytes = Array(Self.body.prefix(size))
                request.options.payloadDigest = try await session.digest(of: BlockBody.parts(bytes), for: request)
                let answer = try await session.upload(request, body: BlockBody.parts(bytes))
                #expect(answer.code == .changed && answer.payload == bytes.reversed())
                #expect(answer.options.payloadDigest?.algorithm == algorithm)
            }
            let (response, read) = try await session.download("body/5000", options: [.digest(algorithm)]) {
                response, parts in
                var read: [UInt8] = []
                for try await part in parts { read += part }
                return (response, read)
            }
            #expect(response.code == .content && read == Self.body)
        }
        #expect(taken.withLock { $0.map(\.count) } == [3, 5_000])
    }

    @Test("Reading demands a digest, and one of the kind that was asked for; writing does not", arguments: algorithms)
    func missing(algorithm: PayloadDigest.Algorithm) async throws {
        let kinds: [[UInt8]?] = [
            nil, [1], [3], [2, 3] + Array("ops".utf8),
            algorithm == .sha256
                ? [2, 3] + Array("ops".utf8) + [UInt8](repeating: 0, count: 32)
                : PayloadDigest(.sha256, value: Self.sha256(of: [7])).rawValue,
            [2, 5] + Array("other".utf8) + [UInt8](repeating: 0, count: 32),
        ]
        for kind in kinds {
            let server = try FakeServer.answering { _, _ in
                var response = Response(.content, payload: [7])
                response.options.set(.payloadDigest, to: kind)
                return response
            }
            try await CoAPClient.withSession(
                to: server.plain, security: .plain, configuration: try Self.configuration()
            ) { session in
                let error = await #expect(throws: CoAPError.self) {
                    try await session.get("x", options: [.digest(algorithm)])
                }
                #expect(error?.code == .digestMissing, "\(String(describing: kind))")
                let streamed = await #expect(throws: CoAPError.self) {
                    try await session.download("x", options: [.digest(algorithm)]) { _, _ in }
                }
                #expect(streamed?.code == .digestMissing)
                let put = try await session.put("x", [1], options: [.digest(algorithm)])
                #expect(put.payload == [7])
            }
        }
    }

    private static func sha256(of bytes: [UInt8]) -> [UInt8] {
        let hasher = BodyHasher()
        hasher.update(bytes)
        return hasher.finish()
    }

    @Test("An error and a 2.03 need none; a body that is made while it is sent has none")
    func exceptions() async throws {
        try await Self.serve { session in
            let missing = try await session.get("nothing", options: [.digest(.sha256)])
            #expect(missing.code == .notFound)
            let first = try await session.get("body/5000", options: [.digest(.sha256)])
            var options: Options = [.digest(.sha256)]
            options.eTags = first.options.eTags
            let valid = try await session.get("body/5000", options: options)
            #expect(valid.code == .valid)
            let error = await #expect(throws: CoAPError.self) {
                try await session.get("streamed", options: [.digest(.sha256)])
            }
            #expect(error?.code == .digestMissing)
        }
    }

    @Test("A key that the client does not have, and one that the server does not have")
    func unknownKeys() async throws {
        try await Self.serve { session in
            let own = await #expect(throws: CoAPError.self) {
                try await session.get("body/1", options: [.digest(.hmacSHA256(keyID: [1]))])
            }
            #expect(own?.code == .invalidArgument && own?.message.contains("digestKeys") == true)
            let theirs = try await session.put(
                "echo", [1], options: [.digest(.hmacSHA256(keyID: Array("other".utf8)))])
            #expect(theirs.code == .unauthorized)
        }
    }

    @Test("A digest that somebody made beforehand is sent as it is")
    func ready() async throws {
        try await Self.serve { session in
            var options = Options()
            options.payloadDigest = PayloadDigest(.sha256, value: Self.sha256(of: [1]))
            let good = try await session.put("echo", [1], options: options)
            #expect(good.code == .changed)
            let bad = try await session.put("echo", [2], options: options)
            #expect(bad.code == .badRequest)
        }
    }

    @Test("Each notification has its digest, small or large, whatever its observer's query says", arguments: algorithms)
    func observed(algorithm: PayloadDigest.Algorithm) async throws {
        let value = Locked(0)
        let router = Router()
        let resource = router.observable("n") { _, _ in
            let value = value.withLock { $0 }
            return String(repeating: "\(value) ", count: value % 2 == 0 ? 1 : 1_500)
        }
        try await Self.serve(router) { session in
            try await session.observe("n?pmax=600&a=b", options: [.digest(algorithm)]) { states in
                var expected = 0
                for try await state in states {
                    guard case .value(let notification) = state else { continue }
                    #expect(notification.response.text.hasPrefix("\(expected) "))
                    #expect(notification.response.options.payloadDigest?.algorithm == algorithm)
                    expected += 1
                    if expected == 6 { break }
                    value.withLock { $0 += 1 }
                    resource.changed()
                }
                #expect(expected == 6)
            }
        }
    }

    @Test("A notification that was changed on its way ends the observation in an error", arguments: algorithms)
    func observedFlipped(algorithm: PayloadDigest.Algorithm) async throws {
        let router = Router()
        router.observable("n") { _, _ in "value" }
        try await Self.serve(toClient: Self.flipping(2), router) { session in
            let error = await #expect(throws: CoAPError.self) {
                try await session.observe("n", options: [.digest(algorithm)]) { states in for try await _ in states {} }
            }
            #expect(error?.code == .digestMismatch)
        }
    }

    @Test("What a link flips: bits that are there, in requests and successes on plain CoAP")
    func flipping() throws {
        func damaged(_ message: Message, _ bit: Int) -> Message? { Message(Self.flipping(bit).damaged(message.bytes)) }
        let request = Message(.confirmable, Method.get.code, messageID: 1, token: Token.random(), payload: [0, 0xFF])
        #expect(damaged(request, 0)?.payload == [0x80, 0xFF] && damaged(request, 15)?.payload == [0, 0xFE])
        #expect(damaged(request, 16) == request)
        var response = Message(.acknowledgement, .content, messageID: 1, payload: [1])
        #expect(damaged(response, 7)?.payload == [0])
        response.code = .badRequest
        #expect(damaged(response, 7) == response)
        let handshake: [UInt8] = [22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        #expect(Self.flipping(0).damaged(handshake) == handshake)
        #expect(!Self.flipping(-1).isValid && Self.flipping(0).isValid)
    }
}
