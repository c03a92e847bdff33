// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCore
import CoAPTesting
import Foundation
import Testing

/// Against a process of its own, whose memory nobody else uses.
@Suite("Bodies that never end", .timeLimit(.minutes(10)))
struct HalfFinishedUploadsTests {
    /// So many peers, each of which begins as many.
    private static let peers = 250
    private static let rounds = 400

    @Test("100,000 of them, put together or read while they come, leave the server's memory bounded and others served")
    func manyBegun() async throws {
        try await RunningServer.with(listen: ["coap://[::1]:0"]) { server in
            let uri = try CoAPURI(server.coap("/"))
            let sockets = try (0..<Self.peers).map { _ in try RawSocket(to: uri) }
            func begin(_ range: Range<Int>) async throws {
                for round in range {
                    let token = Token.random()
                    for (index, socket) in sockets.enumerated() {
                        let path = index % 2 == 0 ? ["actuators", "led"] : ["firmware"]
                        socket.send(Self.firstBlock(round, token, path: path))
                    }
                    for socket in sockets {
                        let code = try await Self.answer(to: token, on: socket)
                        #expect(code == .continue)
                    }
                }
            }
            // Beyond what each may have under way, so that what follows replaces what is there.
            try await begin(0..<40)
            let before = try #require(Self.memory(of: server.process.id))
            try await CoAPClient.withSession(to: uri, security: .plain) { session in
                let asking = Task {
                    var served = 0
                    while !Task.isCancelled {
                        let response = try await session.get("sensors/temperature", timeout: .seconds(60))
                        #expect(response.code == .content)
                        served += 1
                    }
                    return served
                }
                try await begin(40..<Self.rounds)
                let whole = try await session.put("actuators/led", text: "on")
                #expect(whole.code == .changed)
                asking.cancel()
                if case .success(let served) = await asking.result { #expect(served > 0) }
            }
            let after = try #require(Self.memory(of: server.process.id))
            // All that was begun in between has 92 MB.
            #expect(after - before < 16 << 20, "\(before) and \(after) bytes")
        }
    }

    /// The code of the response, which comes behind an empty acknowledgement when the server is busy.
    private static func answer(to token: Token, on socket: RawSocket) async throws -> Code {
        while true {
            let message = try #require(await socket.receive().flatMap(Message.init))
            if message.type == .confirmable {
                socket.send(Message(.acknowledgement, .empty, messageID: message.messageID).bytes)
            }
            if message.code != .empty, message.token == token { return message.code }
        }
    }

    private static func firstBlock(_ number: Int, _ token: Token, path: [String]) -> [UInt8] {
        var options = Options()
        options.uriPath = path
        options.contentFormat = .text
        options.block1 = BlockOption(number: 0, hasMore: true, size: 1024)
        options.requestTags = [withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }]
        return Message(
            .confirmable, CoAP.Method.put.code, messageID: UInt16(number), token: token, options: options,
            payload: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 1024)
        ).bytes
    }

    /// The memory that a process holds, in bytes.
    private static func memory(of process: Int32) -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") })
        else { return nil }
        return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 << 10 }
    }
}
