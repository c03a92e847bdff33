// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

/// Asks and waits for the answer with the same message id.
struct Asker {
    let socket: RawSocket
    var messageID: UInt16 = 1

    mutating func ask(
        _ method: CoAP.Method, _ path: String, block1: BlockOption? = nil, block2: BlockOption? = nil,
        options: Options = Options(), payload: [UInt8] = []
    ) async throws -> Message {
        messageID += 1
        var options = options
        options.uriPath = path.split(separator: "/").map(String.init)
        options.block1 = block1
        options.block2 = block2
        let token = Token.random()
        socket.send(
            Message(
                .confirmable, method.code, messageID: messageID, token: token, options: options, payload: payload
            ).bytes)
        while true {
            let received = try #require(await socket.receive())
            let answer = try #require(Message(received))
            if answer.token == token { return answer }
        }
    }

    mutating func fetch(_ path: String, size: Int, options: Options = Options()) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var eTag: [UInt8]?
        var number: UInt32 = 0
        while true {
            let answer = try await ask(
                .get, path, block2: BlockOption(number: number, size: size), options: options)
            #expect(answer.code == .content)
            let block = try #require(answer.options.block2)
            #expect(block.number == number && block.size == size)
            if number == 0 { eTag = answer.options.first(.eTag) }
            #expect(answer.options.first(.eTag) == eTag && eTag != nil)
            bytes += answer.payload
            guard block.hasMore else { return bytes }
            #expect(answer.payload.count == size)
            number += 1
        }
    }

    mutating func upload(
        _ path: String, _ body: [UInt8], size: Int, options: Options = Options()
    ) async throws -> Message {
        var number: UInt32 = 0
        while true {
            let start = Int(number) * size
            let part = Array(body[start..<min(start + size, body.count)])
            let hasMore = start + size < body.count
            let answer = try await ask(
                .put, path, block1: BlockOption(number: number, hasMore: hasMore, size: size), options: options,
                payload: part)
            guard hasMore, answer.code == .continue else { return answer }
            #expect(answer.options.block1 == BlockOption(number: number, hasMore: true, size: size))
            number += 1
        }
    }
}

extension Asker {
    /// Runs a server, and hands out one that asks it over plain CoAP.
    static func serve(
        _ router: Router, _ configuration: ServerConfiguration = ServerConfiguration(),
        _ body: @escaping @Sendable (inout Asker) async throws -> Void
    ) async throws {
        try await Loopback.withServer(router, configuration: configuration) { uris in
            var asker = Asker(socket: try RawSocket(to: uris[0]))
            try await body(&asker)
        }
    }

    /// Sends a block as a message of its own and waits for nothing.
    func send(_ path: String, _ messageID: UInt16, _ token: Token, _ block: BlockOption, _ payload: [UInt8]) {
        var options = Options()
        options.uriPath = [path]
        options.block1 = block
        socket.send(
            Message(
                .confirmable, CoAP.Method.put.code, messageID: messageID, token: token, options: options,
                payload: payload
            ).bytes)
    }

    /// The next message.
    func next() async throws -> Message {
        let received = try #require(await socket.receive())
        return try #require(Message(received))
    }

    /// The next message that is no empty acknowledgement; it is acknowledged if it asks for that.
    func nextResponse() async throws -> Message {
        while true {
            let message = try await next()
            if message.code == .empty { continue }
            if message.type == .confirmable {
                socket.send(Message(.acknowledgement, .empty, messageID: message.messageID).bytes)
            }
            return message
        }
    }
}
