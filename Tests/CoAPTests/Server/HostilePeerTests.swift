// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("Peers that send what they should not, and handlers that answer so", .timeLimit(.minutes(15)))
struct HostilePeerTests {
    private static func options(_ path: String...) -> Options {
        var options = Options()
        options.uriPath = path
        return options
    }

    private static func message(
        _ method: Method, _ path: String, _ messageID: UInt16, token: [UInt8] = [1], _ type: MessageType = .confirmable
    ) -> [UInt8] {
        Message(
            type: type, code: method.code, messageID: messageID, token: token, options: options(path)
        ).bytes
    }

    @Test("A message id that comes again with another token or method is another request")
    func reusedMessageID() async throws {
        let gate = Gate()
        let router = Router()
        router.put("led") { _, _ in Response(.changed) }
        router.get("ok") { _, _ in "ok" }
        router.get("slow") { _, _ in
            await gate.wait()
            return "slow"
        }
        try await Loopback.withServer(router) { uris in
            let socket = try RawSocket(to: uris[0])
            socket.send(Self.message(.put, "led", 5))
            var answer = await RawHeader(socket.receive())
            #expect(answer?.code == .changed)
            socket.send(Self.message(.get, "ok", 5, token: [2]))
            answer = await RawHeader(socket.receive())
            #expect(answer?.code == .content)
            #expect(answer?.token == [2])
            // Also while the first one is under way.
            socket.send(Self.message(.get, "slow", 6, token: [3]))
            answer = await RawHeader(socket.receive())
            #expect(answer?.code == .empty)
            socket.send(Self.message(.get, "ok", 6, token: [4]))
            answer = await RawHeader(socket.receive())
            #expect(answer?.token == [4])
            await gate.open()
            answer = await RawHeader(socket.receive())
            #expect(answer?.token == [3])
        }
    }

    @Test("A PUT that comes again after two hundred others still runs once")
    func longMemory() async throws {
        let calls = CallCounter()
        let router = Router()
        router.put("led") { _, _ in Response(.changed, text: "call \(calls.increment())") }
        try await Loopback.withServer(router) { uris in
            let socket = try RawSocket(to: uris[0])
            for messageID in UInt16(1)...201 {
                socket.send(Self.message(.put, "led", messageID))
                _ = await socket.receive()
            }
            socket.send(Self.message(.put, "led", 1))
            let answer = await RawHeader(socket.receive())
            #expect(answer?.code == .changed)
            #expect(calls.count == 201)
        }
    }

    @Test("A server that remembers little stops all the same")
    func stopWithSmallMemory() async throws {
        let router = Router()
        router.get("never") { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return "never"
        }
        var configuration = ServerConfiguration()
        configuration.rememberedExchanges = 1
        configuration.shutdownGrace = .milliseconds(50)
        configuration.acknowledgementDelay = .milliseconds(1)
        try await Loopback.withServer(router, configuration: configuration) { uris in
            let socket = try RawSocket(to: uris[0])
            for messageID in [UInt16(1), 2, 2, 1] {
                socket.send(Self.message(.get, "never", messageID))
                let acknowledgement = await RawHeader(socket.receive())
                #expect(acknowledgement?.messageID == messageID)
            }
        }
    }

    @Test("Of responses that nobody acknowledges sixty-four are confirmable, the others cost nothing")
    func unacknowledged() async throws {
        let gate = Gate()
        let router = Router()
        router.get("slow") { _, _ in
            await gate.wait()
            return "slow"
        }
        var configuration = ServerConfiguration()
        configuration.maximumRequestsPerSession = 100
        configuration.acknowledgementDelay = .milliseconds(1)
        // The handlers wait until all eighty have been acknowledged, which takes a while on a loaded machine.
        configuration.handlerTimeout = .seconds(3600)
        try await Loopback.withServer(router, configuration: configuration) { uris in
            let socket = try RawSocket(to: uris[0])
            for number in UInt8(1)...80 {
                socket.send(Self.message(.get, "slow", UInt16(number), token: [number]))
                let acknowledgement = await RawHeader(socket.receive())
                #expect(acknowledgement?.code == .empty)
            }
            await gate.open()
            var types: [[UInt8]: MessageType] = [:]
            while types.count < 80, let answer = await RawHeader(socket.receive()) { types[answer.token] = answer.type }
            #expect(types.values.count { $0 == .confirmable } == 64)
            #expect(types.values.count { $0 == .nonConfirmable } == 16)
        }
    }

    @Test("A peer that acknowledges gets confirmable responses, however many it asks for")
    func acknowledged() async throws {
        let router = Router()
        router.get("slow") { _, _ in
            try await Task.sleep(for: .milliseconds(1))
            return "slow"
        }
        var configuration = ServerConfiguration()
        configuration.acknowledgementDelay = .zero
        try await Loopback.withServer(router, configuration: configuration) { uris in
            let socket = try RawSocket(to: uris[0])
            var separate = 0
            for number in UInt8(1)...200 {
                socket.send(Self.message(.get, "slow", UInt16(number), token: [number]))
                // Acknowledgements and repetitions may come between.
                while let answer = await RawHeader(socket.receive()) {
                    if answer.type == .confirmable {
                        socket.send(Message(type: .acknowledgement, code: .empty, messageID: answer.messageID).bytes)
                    }
                    guard answer.token == [number] else { continue }
                    #expect(answer.code == .content && answer.type != .nonConfirmable)
                    if answer.type == .confirmable { separate += 1 }
                    break
                }
            }
            #expect(separate > UnacknowledgedResponses.limit)
        }
    }

    @Test("A response on an acknowledgement is ignored, any other is refused with a reset (RFC 7252 §4.2, §4.3)")
    func responses() async throws {
        let router = Router()
        router.get("ok") { _, _ in "ok" }
        try await Loopback.withServer(router) { uris in
            let socket = try RawSocket(to: uris[0])
            socket.send(Message(type: .acknowledgement, code: .content, messageID: 30, token: [1]).bytes)
            socket.send(Self.message(.get, "ok", 31))
            var answer = await RawHeader(socket.receive())
            #expect(answer?.messageID == 31)
            socket.send(Message(type: .confirmable, code: .content, messageID: 32, token: [1]).bytes)
            answer = await RawHeader(socket.receive())
            #expect(answer?.type == .reset)
        }
    }

    @Test("What cannot be sent is answered in its place: bad codes, options libcoap refuses, long diagnostics")
    func badAnswers() async throws {
        var twice = Options()
        for _ in 0..<2 { twice.append(CoAPOption(.contentFormat, uint: 0)) }
        let answers: [(String, Response, Code)] = [
            ("zero", Response(.empty, text: "x"), .internalServerError),
            ("method", Response(Method.get.code, text: "x"), .internalServerError),
            ("unassigned", Response(Code(class: 1, detail: 0)), .internalServerError),
            ("twice", Response(.content, options: twice, payload: [1]), .internalServerError),
            ("long", .diagnostic(.forbidden, String(repeating: "no ", count: 2000)), .forbidden),
            ("far", .diagnostic(.hopLimitReached, String(repeating: "x", count: 254)), .hopLimitReached),
        ]
        let router = Router()
        for (name, response, _) in answers {
            router.get("now/\(name)") { _, _ in response }
            router.get("later/\(name)") { _, _ in
                try await Task.sleep(for: .milliseconds(5))
                return response
            }
        }
        var configuration = ServerConfiguration()
        configuration.acknowledgementDelay = .seconds(30)
        try await Loopback.withServer(router, configuration: configuration) { uris in
            let socket = try RawSocket(to: uris[0])
            var messageID: UInt16 = 0
            for when in ["now", "later"] {
                for (name, _, expected) in answers {
                    messageID += 1
                    let request = Message(
                        type: .confirmable, code: Method.get.code, messageID: messageID, token: [1],
                        options: Self.options(when, name))
                    socket.send(request.bytes)
                    let bytes = await socket.receive()
                    #expect(RawHeader(bytes)?.code == expected, "\(when)/\(name)")
                    #expect(RawHeader(bytes)?.messageID == messageID, "\(when)/\(name)")
                    // Of 5.08 only what libcoap writes is left: its own address.
                    if name == "far" { #expect((bytes?.count ?? 0) < 70) }
                    if name == "long" { #expect((bytes?.count ?? 0) > 900) }
                }
            }
        }
    }

    @Test("A list of resources longer than a message comes in blocks")
    func longDiscovery() async throws {
        let router = Router()
        for number in 0..<100 {
            router.get("sensors/\(number)", attributes: .init(resourceType: "type-\(number)")) { _, _ in "1" }
        }
        try await Loopback.withServer(router) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                let all = try await session.get(
                    ".well-known/core", options: [CoAPOption(.block2, uint: BlockOption(number: 1).rawValue)])
                #expect(all.code == .content)
                #expect(all.options.block2 == BlockOption(number: 1, hasMore: true))
                #expect(all.payload.count == 1024)
                let one = try await session.get(".well-known/core?rt=type-7")
                #expect(one.text == #"</sensors/7>;rt="type-7""#)
            }
        }
    }
}
