// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Logging
import Metrics
import MetricsTestKit
import Testing

@testable import CoAP

@Suite("Digests that a server checks and makes", .timeLimit(.minutes(5)))
struct ServerDigestTests {
    private static let body = BlockBody.bytes(3_000)

    private static func sha256(_ body: [UInt8]) -> PayloadDigest {
        let hasher = BodyHasher()
        hasher.update(body)
        return PayloadDigest(.sha256, value: hasher.finish())
    }

    private static func options(_ digest: PayloadDigest) -> Options {
        var options = Options()
        options.payloadDigest = digest
        return options
    }

    private static func options(raw value: [UInt8]) -> Options { [CoAPOption(.payloadDigest, value)] }

    private static func hmac(
        _ method: CoAP.Method, _ path: String, _ body: [UInt8], key: String = "ops"
    ) throws -> Options {
        let algorithm = PayloadDigest.Algorithm.hmacSHA256(keyID: Array(key.utf8))
        let digest = try #require(
            BodyDigest(algorithm, of: try Request(method, path), keys: try BodyDigestTests.table(key)))
        return options(try #require(digest.made(ofBody: body, format: nil)))
    }

    private static func keyed() throws -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.digestKeys = try BodyDigestTests.table("ops")
        return configuration
    }

    /// Resources that count how often they were written.
    private static func router(_ calls: CallCounter = CallCounter()) -> Router {
        let router = Router()
        router.put("x") { request, context in
            calls.increment()
            return Response(.changed, text: context.bodyDigest.map { "\($0)" } ?? "unchecked")
        }
        router.post("waiting") { request, _ in
            await Task.yield()
            calls.increment()
            return Response(.changed, payload: request.payload)
        }
        router.delete("x") { _, _ in Response(.deleted) }
        router.get("small") { _, _ in "small" }
        router.get("large") { _, _ in Response(payload: body, contentFormat: .octetStream) }
        router.get("tagged", preconditions: .checkedByHandler) { _, _ in
            var response = Response(text: "tagged")
            response.options.eTags = [[1]]
            return response
        }
        router.get("streamed") { _, _ in
            Response(
                stream: BodyStream(size: body.count) { Array(body[$0..<min($0 + $1, body.count)]) },
                contentFormat: .octetStream)
        }
        router.get("known") { _, _ in
            var response = Response(
                stream: BodyStream(size: body.count) { Array(body[$0..<min($0 + $1, body.count)]) },
                contentFormat: .octetStream)
            response.options.payloadDigest = sha256(body)
            return response
        }
        return router
    }

    @Test(
        "A body that matches is taken, one that does not is refused before anybody sees it",
        arguments: ["x", "waiting"])
    func whole(path: String) async throws {
        let calls = CallCounter()
        let method: CoAP.Method = path == "x" ? .put : .post
        try await Asker.serve(Self.router(calls)) { asker in
            let good = try await asker.ask(
                method, path, options: Self.options(Self.sha256([1, 2, 3])), payload: [1, 2, 3])
            #expect(good.code == .changed && calls.count == 1)
            let bad = try await asker.ask(
                method, path, options: Self.options(Self.sha256([1, 2, 3])), payload: [1, 2, 2])
            #expect(bad.code == .badRequest && calls.count == 1)
            #expect(String(decoding: bad.payload, as: UTF8.self).hasPrefix("the body does not match its digest"))
            #expect(!bad.options.contains(.payloadDigest))
            let empty = try await asker.ask(method, path, options: Self.options(Self.sha256([])))
            #expect(empty.code == .changed && calls.count == 2)
            let lost = try await asker.ask(method, path, options: Self.options(Self.sha256([1])))
            #expect(lost.code == .badRequest && calls.count == 2)
        }
    }

    @Test("In blocks it is the whole body that counts, and blocks with different digests are never one body")
    func blocks() async throws {
        let calls = CallCounter()
        try await Asker.serve(Self.router(calls)) { asker in
            for size in [64, 1024] {
                let good = try await asker.upload(
                    "x", Self.body, size: size, options: Self.options(Self.sha256(Self.body)))
                #expect(good.code == .changed && good.options.block1 != nil)
            }
            #expect(calls.count == 2)
            var flipped = Self.body
            flipped[1_500] ^= 8
            let bad = try await asker.upload("x", flipped, size: 1024, options: Self.options(Self.sha256(Self.body)))
            #expect(bad.code == .badRequest && bad.options.block1 != nil && calls.count == 2)
            let other = Self.options(Self.sha256([]))
            let first = BlockOption(number: 0, hasMore: true, size: 16)
            let begun = try await asker.ask(
                .put, "x", block1: first, options: Self.options(Self.sha256(Self.body)),
                payload: [UInt8](repeating: 1, count: 16))
            #expect(begun.code == .continue && !begun.options.contains(.payloadDigest))
            let mixed = try await asker.ask(
                .put, "x", block1: BlockOption(number: 1, size: 16), options: other, payload: [2])
            #expect(mixed.code == .requestEntityIncomplete)
        }
    }

    @Test("What is malformed is refused; another algorithm, and HMACs where there are no keys, are passed by")
    func notUnderstood() async throws {
        let calls = CallCounter()
        try await Asker.serve(Self.router(calls)) { asker in
            for value in [[], [1, 0], [1] + [UInt8](repeating: 0, count: 31), [2], [2, 0], [2, 40, 1]] as [[UInt8]] {
                let refused = try await asker.ask(.put, "x", options: Self.options(raw: value), payload: [1])
                #expect(refused.code == .badRequest && calls.count == 0, "\(value)")
            }
            let long = [9] + [UInt8](repeating: 0, count: 300)
            for value in [[3], [3] + [UInt8](repeating: 0, count: 32), [0], long] as [[UInt8]] {
                let passed = try await asker.ask(.put, "x", options: Self.options(raw: value), payload: [1])
                #expect(passed.code == .changed && passed.payload == Array("unchecked".utf8), "\(value)")
                #expect(!passed.options.contains(.payloadDigest))
            }
            let keyed = try await asker.ask(.put, "x", options: try Self.hmac(.put, "x", [2]), payload: [1])
            #expect(keyed.code == .changed && keyed.payload == Array("unchecked".utf8))
        }
    }

    @Test("HMACs: with the key, for this very resource, and with no other key")
    func keyed() async throws {
        let calls = CallCounter()
        try await Asker.serve(Self.router(calls), try Self.keyed()) { asker in
            let good = try await asker.ask(.put, "x", options: try Self.hmac(.put, "x", [1]), payload: [1])
            #expect(good.code == .changed)
            #expect(String(decoding: good.payload, as: UTF8.self) == "HMAC-SHA-256 with the key 'ops'")
            for (options, code) in [
                (try Self.hmac(.put, "x", [2]), Code.badRequest), (try Self.hmac(.put, "y", [1]), .badRequest),
                (try Self.hmac(.post, "x", [1]), .badRequest),
                (try Self.hmac(.put, "x", [1], key: "other"), .unauthorized),
            ] {
                let refused = try await asker.ask(.put, "x", options: options, payload: [1])
                #expect(refused.code == code && calls.count == 1, "\(refused)")
            }
            // What the server signs in a response is no request's.
            var wish = Options()
            wish.payloadDigest = PayloadDigest(BodyDigestTests.hmac)
            let said = try await asker.ask(.get, "small", options: wish)
            let stolen = try #require(said.options.payloadDigest)
            #expect(stolen.value != nil)
            let reflected = try await asker.ask(.put, "x", options: Self.options(stolen), payload: said.payload)
            #expect(reflected.code == .badRequest && calls.count == 1)
        }
    }

    @Test("A response has the digest of its whole body in each block, and the entity-tag it has without")
    func responses() async throws {
        try await Asker.serve(Self.router()) { asker in
            let plain = try await asker.ask(.get, "large")
            #expect(!plain.options.contains(.payloadDigest))
            for _ in 0..<2 {
                for number: UInt32 in 0..<3 {
                    let block = try await asker.ask(
                        .get, "large", block2: BlockOption(number: number, size: 1024), options: Self.options(raw: [1]))
                    #expect(block.code == .content && block.payload.count == min(1024, 3_000 - Int(number) * 1024))
                    #expect(block.options.payloadDigest == Self.sha256(Self.body))
                    #expect(block.options.eTags == plain.options.eTags)
                }
            }
            // One block that was asked for without those before.
            let last = try await asker.ask(
                .get, "large", block2: BlockOption(number: 46, size: 64), options: Self.options(raw: [1]))
            #expect(last.payload.count == 3_000 - 46 * 64 && last.options.payloadDigest == Self.sha256(Self.body))
            let small = try await asker.ask(.get, "small", options: Self.options(raw: [1]))
            #expect(small.options.payloadDigest == Self.sha256(Array("small".utf8)))
            let put = try await asker.ask(.put, "x", options: Self.options(Self.sha256([1])), payload: [1])
            #expect(put.options.payloadDigest == Self.sha256(put.payload))
            let deleted = try await asker.ask(.delete, "x", options: Self.options(raw: [1]))
            #expect(deleted.code == .deleted && deleted.options.payloadDigest == Self.sha256([]))
        }
    }

    @Test("Nothing vouches for errors, for 2.03, nor for a body that is made while it is sent, unless its handler does")
    func without() async throws {
        try await Asker.serve(Self.router()) { asker in
            let missing = try await asker.ask(.get, "nothing", options: Self.options(raw: [1]))
            #expect(missing.code == .notFound && !missing.options.contains(.payloadDigest))
            var options = Self.options(raw: [1])
            options.eTags = [[1]]
            let valid = try await asker.ask(.get, "tagged", options: options)
            #expect(valid.code == .valid && !valid.options.contains(.payloadDigest))
            let streamed = try await asker.ask(.get, "streamed", options: Self.options(raw: [1]))
            #expect(streamed.code == .content && !streamed.options.contains(.payloadDigest))
            let known = try await asker.ask(.get, "known", options: Self.options(raw: [1]))
            #expect(known.payload.count == 1024 && known.options.payloadDigest == Self.sha256(Self.body))
        }
    }

    @Test("A handler that reads a body while it comes gets an error in place of its end, whatever it says then")
    func streamed() async throws {
        let ends = Locked<[String]>([])
        let router = Router()
        router.upload(.put, "honest") { _, context, body in
            var count = 0
            do {
                for try await piece in body { count += piece.count }
            } catch {
                ends.withLock { $0.append("\(count) \((error as? CoAPError)?.code.description ?? "")") }
                throw error
            }
            ends.withLock { $0.append("\(count) whole") }
            return Response(.changed)
        }
        router.upload(.put, "stubborn") { _, _, body in
            do { for try await _ in body {} } catch {}
            return Response(.changed)
        }
        try await Asker.serve(router) { asker in
            var flipped = Self.body
            flipped[2_999] ^= 1
            let options = Self.options(Self.sha256(Self.body))
            for path in ["honest", "stubborn"] {
                let good = try await asker.upload(path, Self.body, size: 1024, options: options)
                #expect(good.code == .changed)
                for wrong in [flipped, Array(Self.body.dropLast()), Array(Self.body.dropLast(952))] {
                    let bad = try await asker.upload(path, wrong, size: 1024, options: options)
                    #expect(bad.code == .badRequest, "\(path)")
                    #expect(String(decoding: bad.payload, as: UTF8.self).contains("does not match its digest"))
                }
                // In one message it is checked before.
                let small = try await asker.ask(.put, path, options: options, payload: [1])
                #expect(small.code == .badRequest)
            }
        }
        #expect(
            ends.withLock { $0 } == [
                "3000 whole", "2048 digestMismatch", "2048 digestMismatch", "1024 digestMismatch",
            ])
    }

    @Test("A route can demand a digest, or one by a key")
    func demanded() async throws {
        let calls = CallCounter()
        let router = Self.router(calls)
        router.add(RequireDigest(.any, on: ["waiting"]))
        router.add(RequireDigest(.hmac, on: ["/%78"], methods: [.put]))
        router.add(RequireDigest(.hmac, on: ["slots/{any}"]))
        router.get("slots/{slot}") { _, _ in "" }
        router.put("slots/{number}") { _, _ in Response(.changed) }
        try await Asker.serve(router, try Self.keyed()) { asker in
            for (path, method, options, code) in [
                ("waiting", CoAP.Method.post, Options(), Code.badRequest),
                ("waiting", .post, Self.options(raw: [1]), .badRequest),
                ("waiting", .post, Self.options(raw: [3, 1]), .badRequest),
                ("waiting", .post, Self.options(Self.sha256([1])), .changed),
                ("x", .put, Options(), .unauthorized), ("x", .put, Self.options(Self.sha256([1])), .unauthorized),
                ("x", .put, Self.options(raw: [2, 3] + Array("ops".utf8)), .unauthorized),
                ("x", .put, try Self.hmac(.put, "x", [1]), .changed), ("x", .delete, Options(), .deleted),
                ("small", .get, Options(), .content), ("slots/1", .put, Options(), .unauthorized),
                ("slots/1", .put, try Self.hmac(.put, "slots/1", [1]), .changed),
                ("slots/1", .get, Options(), .content),
                ("nothing", .put, Options(), .notFound),
            ] {
                let answer = try await asker.ask(
                    method, path, options: options, payload: method == .put || method == .post ? [1] : [])
                #expect(answer.code == code, "\(path) \(options)")
            }
        }
        #expect(calls.count == 2)
    }

    @Test("A demand on what is no route, or on one that does not exist, stops the program and says so")
    func demandedInVain() async throws {
        let malformed = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = RequireDigest(.hmac, on: ["a//b"])
        }
        let text = String(decoding: malformed?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("'a//b' is not the path of a route"), "\(text)")
        let missing = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let router = Router()
            router.add(RequireDigest(.hmac, on: ["frimware"]))
            router.put("firmware") { _, _ in Response(.changed) }
            _ = RouterTester(router)
        }
        let named = String(decoding: missing?.standardErrorContent ?? [], as: UTF8.self)
        #expect(named.contains("a digest is demanded on /frimware, and there is no such route"), "\(named)")
    }

    @Test("A handler that says success before the body's end gets none for a body that nobody compared")
    func answeredEarly() async throws {
        let router = Router()
        router.upload(.put, "hasty") { _, _, body in
            var iterator = body.makeAsyncIterator()
            _ = try await iterator.next()
            return Response(.changed, text: "done")
        }
        router.upload(.put, "blind") { _, _, _ in Response(.changed, text: "done") }
        router.upload(.put, "strict") { _, _, _ in Response(.requestEntityTooLarge) }
        let (lines, log) = AsyncStream.makeStream(of: String.self)
        let (listening, announce) = AsyncStream.makeStream(of: [CoAPURI].self)
        let server = CoAPServer(
            endpoints: [.coap("::1", port: 0)], router: router, configuration: try Self.keyed(),
            logger: Logger(label: "test") { _ in LineStream(lines: log) }, onListening: { announce.yield($0) })
        let running = Task { try await server.run() }
        var iterator = listening.makeAsyncIterator()
        var asker = Asker(socket: try RawSocket(to: try #require(await iterator.next())[0]))
        for path in ["hasty", "blind"] {
            for _ in 0..<2 {
                let early = try await asker.upload(
                    path, Self.body, size: 1024, options: try Self.hmac(.put, path, Self.body))
                #expect(early.code == .internalServerError && !early.options.contains(.payloadDigest), "\(early)")
            }
            // Not without a digest, nor with one that was compared beforehand.
            let without = try await asker.upload(path, Self.body, size: 1024)
            #expect(without.code == .changed)
            let small = try await asker.upload(path, [1], size: 1024, options: try Self.hmac(.put, path, [1]))
            #expect(small.code == .changed && small.options.contains(.payloadDigest))
        }
        let refused = try await asker.upload(
            "strict", Self.body, size: 1024, options: try Self.hmac(.put, "strict", Self.body))
        #expect(refused.code == .requestEntityTooLarge)
        running.cancel()
        try await running.value
        log.finish()
        var warnings: [String] = []
        for await line in lines where line.hasPrefix("warning") { warnings.append(line) }
        // One for each route.
        #expect(
            warnings
                == .init(repeating: "warning handler answered before the body was compared with its digest", count: 2))
    }

    @Test("A body that is read while it comes, where a digest is demanded")
    func demandedOfStreams() async throws {
        let calls = CallCounter()
        let router = Router()
        router.add(RequireDigest(.any))
        router.upload(.put, "upload") { _, context, body in
            for try await _ in body {}
            calls.increment()
            return Response(context.bodyDigest == .sha256 ? .changed : .forbidden)
        }
        try await Asker.serve(router) { asker in
            let without = try await asker.upload("upload", Self.body, size: 1024)
            #expect(without.code == .badRequest && calls.count == 0)
            let wrong = try await asker.upload("upload", Self.body, size: 1024, options: Self.options(Self.sha256([])))
            #expect(wrong.code == .badRequest && calls.count == 0)
            let right = try await asker.upload(
                "upload", Self.body, size: 1024, options: Self.options(Self.sha256(Self.body)))
            #expect(right.code == .changed && calls.count == 1)
        }
    }

    @Test("Bodies that do not match are counted")
    func counted() async throws {
        let metrics = TestMetrics()
        try await withMetricsFactory(metrics) {
            let router = Self.router()
            router.upload(.put, "upload") { _, _, body in
                for try await _ in body {}
                return Response(.changed)
            }
            try await Asker.serve(router) { asker in
                for (path, size) in [("x", 4096), ("x", 1024), ("upload", 1024)] {
                    let bad = try await asker.upload(
                        path, Array(Self.body.prefix(size == 4096 ? 10 : 3_000)), size: min(size, 1024),
                        options: Self.options(Self.sha256([1])))
                    #expect(bad.code == .badRequest)
                }
            }
        }
        let counter = try metrics.expectCounter("coap.server.drops", [("reason", "digest")])
        #expect(counter.totalValue == 3)
    }

    @Test("A router without a socket")
    func tester() async throws {
        let router = Self.router()
        router.add(RequireDigest(.hmac, on: ["/x"]))
        let tester = RouterTester(router, digestKeys: try BodyDigestTests.table("ops"))
        var request = try Request(.put, "x", payload: [1])
        let without = await tester.response(to: request)
        #expect(without.code == .unauthorized)
        request.options.payloadDigest = try Self.hmac(.put, "x", [1]).payloadDigest
        let right = await tester.response(to: request)
        #expect(right.code == .changed)
        request.payload = [2]
        let wrong = await tester.response(to: request)
        #expect(wrong.code == .badRequest)
    }
}
