// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("A server's limit of requests in a time", .timeLimit(.minutes(5)))
struct RequestRateTests {
    private static func configuration(burst: Int, perSecond: Double = 1.0 / 3600) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.addressRate = RequestRate(perSecond: perSecond, burst: burst)
        return configuration
    }

    @Test("Beyond it 4.29 says when to come again, and nothing is carried out")
    func refused() async throws {
        let calls = CallCounter()
        let router = Router()
        router.put("led") { _, _ in Response(.changed, text: "call \(calls.increment())") }
        try await Asker.serve(router, Self.configuration(burst: 3)) { asker in
            for _ in 0..<3 {
                let answer = try await asker.ask(.put, "led")
                #expect(answer.code == .changed)
            }
            let refusal = try await asker.ask(.put, "led")
            #expect(refusal.code == .tooManyRequests)
            let wait = try #require(refusal.options.maxAge)
            #expect(3500...3600 ~= wait)
            #expect(refusal.payload.isEmpty)
            #expect(calls.count == 3)
        }
    }

    @Test("A repeated request costs nothing and is answered as before, also beyond the limit")
    func repetition() async throws {
        let router = Router()
        router.put("led") { _, _ in Response(.changed) }
        try await Loopback.withServer(router, configuration: Self.configuration(burst: 2)) { uris in
            let socket = try RawSocket(to: uris[0])
            var options = Options()
            options.uriPath = ["led"]
            func put(_ messageID: UInt16) async -> Code? {
                socket.send(
                    Message(
                        type: .confirmable, code: Method.put.code, messageID: messageID, token: [1], options: options
                    )
                    .bytes)
                return await RawHeader(socket.receive())?.code
            }
            for messageID in [UInt16(1), 1, 1, 1, 2] {
                let code = await put(messageID)
                #expect(code == .changed)
            }
            var code = await put(3)
            #expect(code == .tooManyRequests)
            code = await put(2)
            #expect(code == .changed)
        }
    }

    @Test("Of non-confirmable requests beyond it one is refused, the others are dropped")
    func nonConfirmable() async throws {
        let router = Router()
        router.get("ok") { _, _ in "ok" }
        try await Loopback.withServer(router, configuration: Self.configuration(burst: 1)) { uris in
            let socket = try RawSocket(to: uris[0])
            var options = Options()
            options.uriPath = ["ok"]
            func ask(_ number: UInt8, _ type: MessageType) {
                socket.send(
                    Message(
                        type: type, code: Method.get.code, messageID: UInt16(number), token: [number], options: options
                    ).bytes)
            }
            for number in UInt8(1)...8 { ask(number, .nonConfirmable) }
            ask(9, .confirmable)
            var answers: [[UInt8]: Code] = [:]
            while answers[[9]] == nil, let answer = await RawHeader(socket.receive()) {
                answers[answer.token] = answer.code
            }
            // On a host that stands still a second passes, and one more is answered.
            #expect(answers[[1]] == .content)
            #expect(answers[[9]] == .tooManyRequests)
            #expect(answers[[2]] == .tooManyRequests)
            #expect(answers.count < 9)
        }
    }

    @Test("The blocks of a body that is under way cost a sixty-fourth")
    func blocks() async throws {
        let router = Router()
        let body = BlockBody.bytes(64 * 32)
        router.get("large") { _, _ in Response(.content, payload: body) }
        router.put("large") { request, _ in Response(.changed, text: "\(request.payload.count)") }
        try await Asker.serve(router, Self.configuration(burst: 4)) { asker in
            let fetched = try await asker.fetch("large", size: 64)
            #expect(fetched == body)
            let answer = try await asker.upload("large", body, size: 64)
            #expect(answer.code == .changed)
            // Blocks of which nothing is under way cost as much as any request.
            var refusals = 0
            for number in UInt32(1)...8 {
                let answer = try await asker.ask(
                    .put, "large", block1: BlockOption(number: number, hasMore: true, size: 64), options: Options(),
                    payload: [UInt8](repeating: 1, count: 64))
                if answer.code == .tooManyRequests { refusals += 1 }
            }
            #expect(refusals == 7)
        }
    }

    @Test("An identity's limit holds over all its sessions, and leaves others alone")
    func identity() async throws {
        let router = Router()
        router.get("ok") { _, _ in "ok" }
        var configuration = ServerConfiguration()
        configuration.identityRate = RequestRate(perSecond: 1.0 / 3600, burst: 2)
        let keys = try ["a", "b"].map { try PreSharedKey(identity: $0, key: Secret("a key of sixteen and more".utf8)) }
        try await Loopback.withServer(
            router, endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(try PreSharedKeyTable(keys)),
            configuration: configuration
        ) { uris in
            var codes: [Code] = []
            for key in [keys[0], keys[0], keys[0], keys[1]] {
                let answer = try await CoAPClient.withSession(to: uris[0], security: .preSharedKey(key)) {
                    try await $0.get("ok")
                }
                codes.append(answer.code)
            }
            #expect(codes == [.content, .content, .tooManyRequests, .content])
        }
    }
}
