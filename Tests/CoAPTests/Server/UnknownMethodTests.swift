// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("Methods that nobody knows (RFC 7252 §5.8)", .timeLimit(.minutes(5)))
struct UnknownMethodTests {
    private struct Counting: Middleware {
        let calls: CallCounter

        func handle(
            _ request: Request, context: RequestContext,
            next: @Sendable (Request, RequestContext) async throws -> Response
        ) async throws -> Response {
            calls.increment()
            return try await next(request, context)
        }
    }

    private static func router(_ calls: CallCounter = CallCounter()) -> Router {
        let router = Router()
        router.add(Counting(calls: calls))
        for method in CoAP.Method.allCases { router.on(method, "x") { _, _ in Response(.content) } }
        return router
    }

    private static func request(
        _ code: UInt8, _ type: MessageType = .confirmable, id: UInt16, path: [String] = ["x"],
        _ change: (inout Options) -> Void = { _ in }
    ) -> Message {
        var options = Options()
        options.uriPath = path
        change(&options)
        return Message(type, Code(rawValue: code), messageID: id, token: .random(), options: options, payload: [1])
    }

    @Test("They are answered 4.05 and no more, and nobody hears of them")
    func refused() async throws {
        let calls = CallCounter()
        try await Loopback.withServer(Self.router(calls)) { uris in
            let socket = try RawSocket(to: uris[0])
            var id: UInt16 = 0
            for code in UInt8(8)...31 {
                for type in [MessageType.confirmable, .nonConfirmable] {
                    for path in [[], ["x"], ["none"], [".well-known", "core"]] {
                        id += 1
                        let request = Self.request(code, type, id: id, path: path)
                        socket.send(request.bytes)
                        let received = try #require(await socket.receive())
                        let answer = try #require(Message(received))
                        #expect(answer.code == .methodNotAllowed && answer.token == request.token)
                        #expect(answer.type == (type == .confirmable ? .acknowledgement : .nonConfirmable))
                        #expect(type == .nonConfirmable || answer.messageID == id)
                        #expect(received.count == 4 + 8)
                    }
                }
            }
            #expect(calls.count == 0)
            // Those that are known go their way.
            socket.send(Self.request(1, id: 1_000).bytes)
            let received = try #require(await socket.receive())
            #expect(Message(received)?.code == .content)
            #expect(calls.count == 1)
        }
    }

    @Test("One in an acknowledgement or reset is no request, and who wants no refusal gets none")
    func silence() async throws {
        try await Loopback.withServer(Self.router()) { uris in
            let socket = try RawSocket(to: uris[0])
            for type in [MessageType.acknowledgement, .reset] { socket.send(Self.request(9, type, id: 1).bytes) }
            socket.send(Self.request(9, .nonConfirmable, id: 2) { $0.append(CoAPOption(.noResponse, [8])) }.bytes)
            socket.send(Self.request(9, id: 3) { $0.append(CoAPOption(.noResponse, [8])) }.bytes)
            let received = try #require(await socket.receive())
            #expect(received == Message(.acknowledgement, .empty, messageID: 3).bytes)
        }
    }

    @Test("They count against the rate of their address")
    func rate() async throws {
        var configuration = ServerConfiguration()
        configuration.addressRate = RequestRate(perSecond: 1.0 / 3600, burst: 2)
        try await Loopback.withServer(Self.router(), configuration: configuration) { uris in
            let socket = try RawSocket(to: uris[0])
            var codes: [Code?] = []
            for (id, code) in [UInt8(8), 31, 8, 1].enumerated() {
                socket.send(Self.request(code, id: UInt16(id)).bytes)
                codes.append(RawHeader(await socket.receive())?.code)
            }
            #expect(codes == [.methodNotAllowed, .methodNotAllowed, .tooManyRequests, .tooManyRequests])
        }
    }

    @Test("A repetition a second later costs nothing, and is answered as before")
    func repetition() async throws {
        var configuration = ServerConfiguration()
        configuration.addressRate = RequestRate(perSecond: 1.0 / 3600, burst: 1)
        try await Loopback.withServer(Self.router(), configuration: configuration) { uris in
            let socket = try RawSocket(to: uris[0])
            let request = Self.request(8, id: 1).bytes
            socket.send(request)
            var code = RawHeader(await socket.receive())?.code
            #expect(code == .methodNotAllowed)
            socket.send(Self.request(8, id: 2).bytes)
            code = RawHeader(await socket.receive())?.code
            #expect(code == .tooManyRequests)
            let end = ContinuousClock.now + .seconds(60)
            // Sooner it counts as another one.
            repeat {
                try await Task.sleep(for: .milliseconds(100))
                socket.send(request)
                code = RawHeader(await socket.receive())?.code
            } while code == .tooManyRequests && ContinuousClock.now < end
            #expect(code == .methodNotAllowed)
        }
    }

    @Test("Over DTLS as well")
    func secure() async throws {
        let key = try PreSharedKey(identity: "a", key: Secret("a key of sixteen and more".utf8))
        try await Loopback.withServer(
            Self.router(), endpoints: [.coaps("::1", port: 0)],
            security: .preSharedKeys(try PreSharedKeyTable([key]))
        ) { uris in
            let socket = try RawSocket(to: uris[0])
            let channel = try DTLSChannel(.preSharedKey(key), host: "::1")
            channel.handshake()
            while channel.state == .connecting {
                for datagram in channel.takeOutgoing() { socket.send(datagram) }
                _ = channel.receive(try #require(await socket.receive()))
            }
            #expect(channel.state == .connected)
            for (id, code) in [(UInt16(1), UInt8(8)), (2, 31), (3, 1)] {
                expect(channel.send(Self.request(code, id: id).bytes))
                for datagram in channel.takeOutgoing() { socket.send(datagram) }
                let answers = channel.receive(try #require(await socket.receive()))
                let answer = try #require(answers.first.flatMap { Message($0) })
                #expect(answer.code == (code == 1 ? .content : .methodNotAllowed) && answer.messageID == id)
            }
        }
    }
}
