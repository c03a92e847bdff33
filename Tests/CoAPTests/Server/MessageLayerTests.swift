// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("What stands on the wire (RFC 7252 §4, §5.2)")
struct MessageLayerTests {
    private static func options(_ path: String...) -> Options {
        var options = Options()
        options.uriPath = path
        return options
    }

    @Test(
        "A repeated request that changes something runs its handler once and is answered with the same bytes",
        arguments: [CoAP.Method.post, .put, .delete, .patch, .iPatch])
    func deduplication(method: CoAP.Method) async throws {
        let calls = CallCounter()
        let router = Router()
        router.on(method, "led") { _, _ in Response(.changed, text: "call \(calls.increment())") }
        try await Loopback.withServer(router) { uris in
            let socket = try RawSocket(to: uris[0])
            let put = Message(
                type: .confirmable, code: method.code, messageID: 77, token: [1, 2], options: Self.options("led"),
                payload: Array("on".utf8))
            socket.send(put.bytes)
            let first = await socket.receive()
            socket.send(put.bytes)
            let second = await socket.receive()
            #expect(first != nil)
            #expect(first == second)
            #expect(calls.count == 1)
            var other = put
            other.messageID = 78
            socket.send(other.bytes)
            let third = await RawHeader(socket.receive())
            #expect(third?.messageID == 78)
            #expect(calls.count == 2)
        }
    }

    @Test("A repeated non-confirmable PUT runs its handler once")
    func nonConfirmableDeduplication() async throws {
        let calls = CallCounter()
        let router = Router()
        router.put("led") { _, _ in
            calls.increment()
            return Response(.changed)
        }
        router.get("ok") { _, _ in "ok" }
        try await Loopback.withServer(router) { uris in
            let socket = try RawSocket(to: uris[0])
            let put = Message(
                type: .nonConfirmable, code: Method.put.code, messageID: 5, token: [9], options: Self.options("led"))
            socket.send(put.bytes)
            let answer = await RawHeader(socket.receive())
            #expect(answer?.type == .nonConfirmable)
            #expect(answer?.code == .changed)
            socket.send(put.bytes)
            // Behind the repetition, a request whose answer shows that the server has passed it.
            let get = Message(
                type: .confirmable, code: Method.get.code, messageID: 6, token: [10], options: Self.options("ok"))
            socket.send(get.bytes)
            let next = await RawHeader(socket.receive())
            #expect(next?.token == [10])
            #expect(calls.count == 1)
        }
    }

    @Test("A slow answer: empty acknowledgement, then a confirmable response of its own")
    func separateResponse() async throws {
        let gate = Gate()
        let calls = CallCounter()
        let router = Router()
        router.get("slow") { _, _ in
            calls.increment()
            await gate.wait()
            return "slow"
        }
        try await Loopback.withServer(router) { uris in
            let socket = try RawSocket(to: uris[0])
            let get = Message(
                type: .confirmable, code: Method.get.code, messageID: 1000, token: [0xBE, 0xEF],
                options: Self.options("slow"))
            socket.send(get.bytes)
            let acknowledgement = await socket.receive()
            #expect(acknowledgement == [0x60, 0, 0x03, 0xE8])
            // Repeated while it is under way: acknowledged again, not started again.
            socket.send(get.bytes)
            let found1 = await socket.receive()
            #expect(found1 == [0x60, 0, 0x03, 0xE8])
            await gate.open()
            let response = await RawHeader(socket.receive())
            #expect(response?.type == .confirmable)
            #expect(response?.code == .content)
            #expect(response?.token == [0xBE, 0xEF])
            #expect(response?.messageID != 1000)
            if let response {
                socket.send(
                    Message(type: .acknowledgement, code: .empty, messageID: response.messageID).bytes)
            }
            // Repeated afterwards, late: acknowledged, and the handler stays where it is.
            socket.send(get.bytes)
            var found2 = await socket.receive()
            // Where this side was slow to acknowledge, the response comes again before.
            while let again = RawHeader(found2), again.messageID == response?.messageID {
                found2 = await socket.receive()
            }
            #expect(found2 == [0x60, 0, 0x03, 0xE8])
            #expect(calls.count == 1)
        }
    }

    @Test("An answer that is a little late still rides on the acknowledgement")
    func latePiggyback() async throws {
        let router = Router()
        router.get("soon") { _, _ in
            try await Task.sleep(for: .milliseconds(5))
            return "soon"
        }
        var configuration = ServerConfiguration()
        configuration.acknowledgementDelay = .seconds(30)
        try await Loopback.withServer(router, configuration: configuration) { uris in
            let socket = try RawSocket(to: uris[0])
            socket.send(
                Message(
                    type: .confirmable, code: Method.get.code, messageID: 3, token: [7], options: Self.options("soon")
                ).bytes)
            let answer = await RawHeader(socket.receive())
            #expect(answer?.type == .acknowledgement)
            #expect(answer?.code == .content)
            #expect(answer?.messageID == 3)
        }
    }

    @Test("What is no request is not carried out: acknowledgements, pings, unknown critical options")
    func refusals() async throws {
        let calls = CallCounter()
        let router = Router()
        router.get("ok") { _, _ in
            calls.increment()
            return "ok"
        }
        try await Loopback.withServer(router) { uris in
            let socket = try RawSocket(to: uris[0])
            socket.send(
                Message(
                    type: .acknowledgement, code: Method.get.code, messageID: 1, token: [1],
                    options: Self.options("ok")
                ).bytes)
            // libcoap answers at most four pings a second, and none in its first quarter of a second.
            var pong: [UInt8]?
            for _ in 0..<60 where pong == nil {
                socket.send(Message(type: .confirmable, code: .empty, messageID: 2).bytes)
                pong = await socket.receive(milliseconds: 300)
            }
            #expect(pong == [0x70, 0, 0, 2])
            var options = Self.options("ok")
            options.append(CoAPOption(OptionNumber(rawValue: 2049), [1]))
            socket.send(
                Message(
                    type: .confirmable, code: Method.get.code, messageID: 3, token: [3], options: options
                ).bytes)
            let found4 = await socket.receive()
            #expect(RawHeader(found4)?.code == .badOption)
            #expect(calls.count == 0)
        }
    }

    @Test("A client that wants no response gets none, and its acknowledgement (RFC 7967)")
    func noResponse() async throws {
        let gate = Gate()
        let router = Router()
        router.put("slow") { _, _ in
            await gate.wait()
            return Response(.changed)
        }
        router.get("ok") { _, _ in "ok" }
        try await Loopback.withServer(router) { uris in
            let socket = try RawSocket(to: uris[0])
            var options = Self.options("slow")
            options.noResponse = 2
            socket.send(
                Message(
                    type: .confirmable, code: Method.put.code, messageID: 50, token: [1], options: options
                ).bytes)
            let found5 = await socket.receive()
            #expect(found5 == [0x60, 0, 0, 50])
            await gate.open()
            socket.send(
                Message(
                    type: .confirmable, code: Method.get.code, messageID: 51, token: [2], options: Self.options("ok")
                ).bytes)
            let found6 = await socket.receive()
            #expect(RawHeader(found6)?.token == [2])
        }
    }

    @Test("More requests at once than allowed are answered 5.03 with Max-Age")
    func overload() async throws {
        let gate = Gate()
        let router = Router()
        router.get("slow") { _, _ in
            await gate.wait()
            return "slow"
        }
        var configuration = ServerConfiguration()
        configuration.maximumRequestsPerSession = 2
        try await Loopback.withServer(router, configuration: configuration) { uris in
            let socket = try RawSocket(to: uris[0])
            for number in UInt16(1)...3 {
                socket.send(
                    Message(
                        type: .nonConfirmable, code: Method.get.code, messageID: number, token: [UInt8(number)],
                        options: Self.options("slow")
                    ).bytes)
            }
            let refused = await RawHeader(socket.receive())
            #expect(refused?.code == .tooManyRequests)
            #expect(refused?.token == [3])
            await gate.open()
            let found7 = await socket.receive()
            #expect(RawHeader(found7)?.code == .content)
            let found8 = await socket.receive()
            #expect(RawHeader(found8)?.code == .content)
        }
    }

    @Test("A body larger than a message is refused with 4.13, the first block of one too")
    func tooLarge() async throws {
        let router = Router()
        router.put("led") { _, _ in Response(.changed) }
        var configuration = ServerConfiguration()
        configuration.maximumBodySize = 1_000
        try await Loopback.withServer(router, configuration: configuration) { uris in
            let socket = try RawSocket(to: uris[0])
            var options = Self.options("led")
            options.append(CoAPOption(.block1, uint: 0x0E))
            socket.send(
                Message(
                    type: .confirmable, code: Method.put.code, messageID: 1, token: [1], options: options,
                    payload: [UInt8](repeating: 1, count: 1024)
                ).bytes)
            let found9 = await socket.receive()
            #expect(RawHeader(found9)?.code == .requestEntityTooLarge)
        }
    }

    @Test("A datagram larger than is taken is not carried out in part", arguments: [1472, 1473, 2000, 9000])
    func tooLargeDatagram(size: Int) async throws {
        let calls = CallCounter()
        let router = Router()
        router.put("body") { _, _ in
            calls.increment()
            return Response(.changed)
        }
        router.get("ok") { _, _ in "ok" }
        try await Loopback.withServer(router) { uris in
            let socket = try RawSocket(to: uris[0])
            var put = Message(
                type: .confirmable, code: Method.put.code, messageID: 5, token: [9], options: Self.options("body"))
            put.payload = Array(repeating: 7, count: size - put.bytes.count - 1)
            #expect(put.bytes.count == size)
            socket.send(put.bytes)
            let refusal = await RawHeader(socket.receive())
            #expect(refusal?.type == .reset)
            socket.send(
                Message(
                    type: .confirmable, code: Method.get.code, messageID: 6, token: [10], options: Self.options("ok")
                ).bytes)
            let next = await RawHeader(socket.receive())
            #expect(next?.token == [10] && next?.code == .content)
            #expect(calls.count == 0)
        }
    }

    @Test("Blocks without payload, and out of order, which crash libcoap's own reassembly, are each refused")
    func emptyBlocks() async throws {
        let router = Router()
        router.put("body") { request, _ in Response(.changed, payload: request.payload) }
        try await Loopback.withServer(router) { uris in
            let socket = try RawSocket(to: uris[0])
            let blocks: [(UInt16, UInt64, Code)] = [
                (1, 0x0E, .badRequest), (2, 0x1E, .badRequest), (3, 0x10, .requestEntityIncomplete),
                // The last one is a body of one block.
                (4, 0x06, .changed),
            ]
            for (messageID, block, expected) in blocks {
                var options = Self.options("body")
                options.append(CoAPOption(.block1, uint: block))
                socket.send(
                    Message(
                        type: .confirmable, code: Method.put.code, messageID: messageID, token: [1], options: options
                    ).bytes)
                let answer = await RawHeader(socket.receive())
                #expect(answer?.messageID == messageID)
                #expect(answer?.code == expected)
            }
        }
    }
}
