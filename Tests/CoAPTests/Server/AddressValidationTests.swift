// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite(.timeLimit(.minutes(5))) struct AddressValidationTests {
    private static func ask(
        _ socket: RawSocket, _ method: CoAP.Method, _ path: String, _ messageID: UInt16, echo: [UInt8]? = nil
    ) async throws -> Message {
        var options = Options()
        options.uriPath = [path]
        options.echo = echo
        let sent = Message(.confirmable, method.code, messageID: messageID, options: options).bytes
        socket.send(sent)
        let received = try #require(await socket.receive())
        if echo == nil { #expect(received.count <= 3 * sent.count) }
        return try #require(Message(received))
    }

    @Test(
        "No more than three times the request is sent to an address that is not proved, and nothing is changed for it")
    func amplification() async throws {
        let calls = CallCounter()
        let router = Router()
        router.get("large") { _, _ in Response(text: String(repeating: "x", count: 500)) }
        router.observable("small") { _, _ in "x" }
        router.put("led") { _, _ in
            calls.increment()
            return Response(.changed)
        }
        var configuration = ServerConfiguration()
        configuration.addressValidation = .allPeers
        try await Loopback.withServer(router, configuration: configuration) { uris in
            let socket = try RawSocket(to: uris[0])
            let answer1 = try await Self.ask(socket, .get, "small", 1)
            #expect(answer1.code == .content)
            socket.send(
                Message(
                    .confirmable, Method.get.code, messageID: 20,
                    options: [CoAPOption(.uriPath, string: "small"), CoAPOption(.observe, uint: 0)]
                ).bytes)
            let observed = try #require(await socket.receive())
            #expect(Message(observed)?.code == .unauthorized)
            let read = try await Self.ask(socket, .get, "large", 2)
            #expect(read.code == .unauthorized)
            let write = try await Self.ask(socket, .put, "led", 3)
            #expect(write.code == .unauthorized)
            #expect(calls.count == 0)
            let echo = try #require(write.options.echo)
            // Another address cannot use it, and nobody can use one made up.
            let other = try RawSocket(to: uris[0])
            let answer2 = try await Self.ask(other, .put, "led", 4, echo: echo)
            #expect(answer2.code == .unauthorized)
            var forged = echo
            forged[11] ^= 1
            let answer3 = try await Self.ask(socket, .put, "led", 5, echo: forged)
            #expect(answer3.code == .unauthorized)
            #expect(calls.count == 0)
            let answer4 = try await Self.ask(socket, .put, "led", 6, echo: echo)
            #expect(answer4.code == .changed)
            #expect(calls.count == 1)
            // From now on the address is known.
            socket.send(
                Message(.confirmable, Method.get.code, messageID: 7, options: [CoAPOption(.uriPath, string: "large")])
                    .bytes)
            let whole = try #require(await socket.receive())
            #expect(Message(whole)?.code == .content)
        }
    }

    @Test("Peers on this host need no proof by default")
    func loopback() async throws {
        let router = Router()
        router.put("led") { _, _ in Response(.changed) }
        try await Loopback.withServer(router) { uris in
            let answer5 = try await Self.ask(RawSocket(to: uris[0]), .put, "led", 1)
            #expect(answer5.code == .changed)
        }
    }

    @Test("Late answers to an address that is not proved are not repeated, and an acknowledgement proves nothing")
    func unproved() async throws {
        let router = Router()
        router.get("slow") { _, _ in
            try await Task.sleep(for: .milliseconds(300))
            return "x"
        }
        router.get("large") { _, _ in Response(text: String(repeating: "x", count: 500)) }
        var configuration = ServerConfiguration()
        configuration.addressValidation = .allPeers
        try await Asker.serve(router, configuration) { asker in
            var options = Options()
            options.uriPath = ["slow"]
            asker.socket.send(
                Message(.confirmable, Method.get.code, messageID: 1, token: .random(), options: options).bytes)
            let acknowledgement = try await asker.next()
            #expect(acknowledgement.type == .acknowledgement && acknowledgement.code == .empty)
            let late = try await asker.next()
            #expect(late.code == .content && late.type == .nonConfirmable)
            // A forger can guess what would be acknowledged.
            for messageID in [late.messageID, late.messageID &+ 1, 1] {
                asker.socket.send(Message(.acknowledgement, .empty, messageID: messageID).bytes)
            }
            let answer = try await asker.ask(.get, "large")
            #expect(answer.code == .unauthorized && answer.options.echo != nil)
        }
    }

    @Test("A challenge is good for its address and for five minutes")
    func lifetime() throws {
        let challenge = EchoChallenge()
        let address = try SocketAddress(bytes: [127, 0, 0, 1], port: 5)
        let now = MonotonicTime(nanoseconds: 1_000_000_000_000)
        let value = challenge.value(for: address, at: now)
        #expect(challenge.isValid(value, for: address, at: now + .seconds(300)))
        #expect(!challenge.isValid(value, for: address, at: now + .seconds(302)))
        #expect(!challenge.isValid(value, for: address, at: MonotonicTime(nanoseconds: 0)))
        #expect(!challenge.isValid(value, for: try SocketAddress(bytes: [127, 0, 0, 1], port: 6), at: now))
        #expect(!challenge.isValid(value, for: try SocketAddress(bytes: [127, 0, 0, 2], port: 5), at: now))
        #expect(!EchoChallenge().isValid(value, for: address, at: now))
        #expect(!challenge.isValid([], for: address, at: now))
    }
}
