// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

/// Bodies in blocks and observations, which are served and taken before middleware is asked.
@Suite("Blocks and notifications under a policy", .timeLimit(.minutes(5)))
struct AccessTransferTests {
    private static let first = BlockOption(number: 0, hasMore: true, size: 16)
    private static let second = BlockOption(number: 1, hasMore: true, size: 16)
    private static let last = BlockOption(number: 2, size: 16)
    private static let piece = [UInt8](repeating: 1, count: 16)

    private static let open = AccessPolicy { Allow("anybody", .all, "**") }
    private static let closed = AccessPolicy { Deny("anybody", .all, "secret/**") }

    /// Sees every request that is answered, as an audit would.
    private struct Witness: Middleware {
        let seen: Locked<[String]>
        func handle(
            _ request: Request, context: RequestContext,
            next: @Sendable (Request, RequestContext) async throws -> Response
        ) async throws -> Response {
            do {
                let response = try await next(request, context)
                seen.withLock { $0.append("\(request.method) \(response.code.dotted)") }
                return response
            } catch let error as ResponseError {
                seen.withLock { $0.append("\(request.method) \(error.code.dotted)") }
                throw error
            }
        }
    }

    @Test("Whoever lost the right gets no later block of a body", arguments: [false, true])
    func download(isStreamed: Bool) async throws {
        let access = AccessControl(Self.open)
        let router = Router()
        let seen = Locked<[String]>([])
        router.add(Witness(seen: seen))
        router.add(access)
        router.get("secret") { _, _ in
            isStreamed
                ? Response(
                    stream: BodyStream(size: 64) { Array(repeating: 7, count: min($1, 64 - $0)) },
                    contentFormat: .octetStream)
                : Response(.content, payload: BlockBody.bytes(64), contentFormat: .octetStream)
        }
        try await Asker.serve(router) { asker in
            let one = try await asker.ask(.get, "secret", block2: BlockOption(number: 0, size: 16))
            #expect(one.code == .content && one.payload.count == 16)
            let two = try await asker.ask(.get, "secret", block2: BlockOption(number: 1, size: 16))
            #expect(two.code == .content && two.payload.count == 16)
            access.update(Self.closed)
            let three = try await asker.ask(.get, "secret", block2: BlockOption(number: 2, size: 16))
            #expect(three.code == .unauthorized && three.options.block2 == nil)
            // The refusal went the way of every request.
            #expect(seen.withLock { $0 } == ["GET 2.05", "GET 4.01"])
            // And it holds for a message of which some bytes were kept.
            access.update(Self.open)
            let again = try await asker.ask(.get, "secret", block2: BlockOption(number: 2, size: 16))
            #expect(again.code == .content && again.payload.count == 16)
        }
    }

    @Test("From whoever has no right no block is taken, from the first one on", arguments: [false, true])
    func upload(isStreamed: Bool) async throws {
        let access = AccessControl(Self.closed)
        let router = Router()
        let (calls, ends) = (CallCounter(), CallCounter())
        let seen = Locked<[String]>([])
        router.add(Witness(seen: seen))
        router.add(access)
        if isStreamed {
            router.upload(.put, "secret") { _, _, body in
                calls.increment()
                do { for try await _ in body {} } catch {
                    ends.increment()
                    throw error
                }
                return Response(.changed)
            }
        } else {
            router.put("secret") { request, _ in
                calls.increment()
                return Response(request.payload.count == 33 ? .changed : .badRequest)
            }
        }
        try await Asker.serve(router) { asker in
            for block in [Self.first, Self.second, Self.last] {
                let refused = try await asker.ask(.put, "secret", block1: block, payload: Self.piece)
                #expect(refused.code == .unauthorized)
            }
            #expect(calls.count == 0)
            #expect(seen.withLock { $0 } == Array(repeating: "PUT 4.01", count: 3))
            // With the right it is taken, and given up in the middle when the right is lost.
            access.update(Self.open)
            let begun = try await asker.ask(.put, "secret", block1: Self.first, payload: Self.piece)
            #expect(begun.code == .continue)
            access.update(Self.closed)
            let lost = try await asker.ask(.put, "secret", block1: Self.second, payload: Self.piece)
            #expect(lost.code == .unauthorized)
            access.update(Self.open)
            let late = try await asker.ask(.put, "secret", block1: Self.second, payload: Self.piece)
            #expect(late.code == .requestEntityIncomplete)
            if isStreamed {
                // The handler heard that no more comes.
                while ends.count == 0 { try await Task.sleep(for: .milliseconds(5)) }
            }
            let whole = try await asker.upload("secret", BlockBody.bytes(33), size: 16)
            #expect(whole.code == .changed)
        }
    }

    @Test("Each block of the list of resources is of what the peer may use now")
    func listInBlocks() async throws {
        let access = AccessControl(Self.open)
        let router = Router()
        router.add(access)
        for number in 0..<20 { router.get("secret/number-\(number)") { _, _ in "" } }
        router.get("public") { _, _ in "" }
        try await Asker.serve(router) { asker in
            let one = try await asker.ask(.get, ".well-known/core", block2: BlockOption(number: 0, size: 64))
            #expect(one.code == .content && one.options.block2?.hasMore == true)
            let two = try await asker.ask(.get, ".well-known/core", block2: BlockOption(number: 1, size: 64))
            #expect(two.options.first(.eTag) == one.options.first(.eTag) && two.payload.count == 64)
            access.update(
                AccessPolicy {
                    Allow("anybody", .read, "public")
                    Deny("anybody", .all, "secret/**")
                })
            let three = try await asker.ask(.get, ".well-known/core", block2: BlockOption(number: 2, size: 64))
            #expect(three.code == .badRequest)
            let anew = try await asker.ask(.get, ".well-known/core")
            #expect(anew.payload == Array("</public>".utf8))
        }
    }

    @Test("An observer that lost its right is told so in place of the next notification, and observes no more")
    func observer() async throws {
        let access = AccessControl(Self.open)
        let router = Router()
        router.add(access)
        let resource = router.observable("secret") { _, _ in "value" }
        try await Loopback.withServer(router) { uris in
            let client = try ObservingSocket(to: uris[0])
            let answer = try await client.answer("secret", observe: 0)
            #expect(answer.code == .content && answer.options.observe != nil)
            resource.changed()
            let notified = try await client.next()
            #expect(notified.code == .content)
            if notified.type == .confirmable { client.acknowledge(notified) }
            access.update(Self.closed)
            #expect(resource.observerCount == 1)
            resource.changed()
            let end = try await client.next()
            #expect(end.code == .unauthorized && end.options.observe == nil && end.type == .confirmable)
            client.acknowledge(end)
            #expect(resource.observerCount == 0)
            resource.changed()
            #expect(await client.isSilent())
            let refused = try await client.answer("secret", observe: 0)
            #expect(refused.code == .unauthorized && resource.observerCount == 0)
        }
    }

    @Test("A value that waited for an acknowledgement is not sent to whoever lost the right meanwhile")
    func waitingValue() async throws {
        let access = AccessControl(Self.open)
        let router = Router()
        router.add(access)
        let value = Locked(0)
        let reads = CallCounter()
        let resource = router.observable("secret", notifications: .confirmable) { _, _ in
            reads.increment()
            return "\(value.withLock { $0 })"
        }
        try await Loopback.withServer(router) { uris in
            let client = try ObservingSocket(to: uris[0])
            _ = try await client.answer("secret", observe: 0)
            value.withLock { $0 = 1 }
            resource.changed()
            let one = try await client.next()
            #expect(one.type == .confirmable && one.payload == Array("1".utf8))
            // Made while the peer had the right, and held back until it acknowledges the one before.
            value.withLock { $0 = 2 }
            resource.changed()
            while reads.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
            access.update(Self.closed)
            client.acknowledge(one)
            let end = try await client.next()
            #expect(end.code == .unauthorized && end.options.observe == nil)
            client.acknowledge(end)
            #expect(resource.observerCount == 0 && reads.count == 3)
        }
    }

    @Test("Over DTLS the refusal is 4.03, and ends one identity's observation and no other's")
    func secureObserver() async throws {
        let keys = ["one", "two"].compactMap {
            try? PreSharedKey(identity: $0, key: Secret("a key of sixteen and more \($0)".utf8))
        }
        let access = AccessControl(AccessPolicy { Allow("psk:*", .read, "t") })
        let router = Router()
        router.add(access)
        let resource = router.observable("t") { _, _ in "value" }
        try await Loopback.withServer(
            router, endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(try PreSharedKeyTable(keys))
        ) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .preSharedKey(keys[0])) { one in
                try await CoAPClient.withSession(to: uris[0], security: .preSharedKey(keys[1])) { two in
                    var request = try Request(.get, "t")
                    request.options.observe = 0
                    let other = try await two.request(request)
                    #expect(other.code == .content)
                    try await one.observe("t") { states in
                        var iterator = states.makeAsyncIterator()
                        guard case .value? = try await iterator.next() else {
                            Issue.record("no value came")
                            return
                        }
                        #expect(resource.observerCount == 2)
                        access.update(AccessPolicy { Allow("psk:two", .read, "t") })
                        resource.changed()
                        while let state = try await iterator.next() {
                            guard case .ended(let end) = state else { continue }
                            guard case .response(let response) = end else {
                                Issue.record("\(end)")
                                return
                            }
                            #expect(response.code == .forbidden)
                        }
                    }
                    let answer = try await one.get("t")
                    #expect(answer.code == .forbidden)
                    let theirs = try await two.get("t")
                    #expect(theirs.code == .content)
                }
            }
        }
    }
}
