// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

/// Bodies in blocks from servers that keep to the protocol, and from others.
@Suite("The client reads in blocks", .timeLimit(.minutes(5)))
struct ClientDownloadTests {
    private static func error(
        _ server: FakeServer, _ change: (inout ClientConfiguration) -> Void = { _ in }
    ) async throws -> CoAPError {
        try await server.withSession(change) { session in
            let error = await #expect(throws: CoAPError.self) { try await session.get("x") }
            return try #require(error)
        }
    }

    @Test("A body comes whole, with the first response's options", arguments: [nil, [UInt8]([1, 2])])
    func whole(eTag: [UInt8]?) async throws {
        let body = BlockBody(bytes: BlockBody.bytes(100_000), eTag: eTag)
        let server = try FakeServer.answering { request, _ in
            var answer = body.answer(request.options.block2)
            answer.options.contentFormat = .cbor
            return answer
        }
        try await server.withSession { session in
            let response = try await session.get("x?y", accept: .cbor, options: [CoAPOption(.observe, [])])
            #expect(response.payload == body.bytes)
            #expect(response.contentFormat == .cbor && response.options.size2 == 100_000)
            #expect(response.options.eTags == [eTag].compactMap { $0 })
            #expect(!response.options.contains(.block2))
        }
        #expect(server.requests.count == 98)
        for request in server.requests.dropFirst() {
            #expect(request.options.uriPath == ["x"] && request.options.uriQuery == ["y"])
            #expect(request.options.accept == .cbor && !request.options.contains(.observe))
        }
        #expect(server.requests.first?.options.contains(.block2) == false)
    }

    @Test("Blocks below 1,024 bytes are asked for from the first one on", arguments: [16, 512])
    func early(size: Int) async throws {
        let body = BlockBody(bytes: BlockBody.bytes(3_000))
        let server = try FakeServer.answering { request, _ in body.answer(request.options.block2) }
        try await server.withSession {
            $0.blockSize = size
        } _: { session in
            let response = try await session.get("x")
            #expect(response.payload == body.bytes)
        }
        #expect(server.requests.first?.options.block2 == BlockOption(number: 0, size: size))
    }

    @Test("No more blocks are under way than the window and NSTART allow")
    func window() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(20_000))
        // The answers to blocks behind the first wait until no more come.
        let server = try FakeServer.answering { request, _ in
            request.options.block2 == nil || request.options.block2?.number == 1
                ? body.answer(request.options.block2) : nil
        }
        for (window, places, expected) in [(4, 16, 2), (4, 1, 1)] {
            let before = server.requests.count
            try await server.withSession {
                $0.blockWindow = window
                $0.transmission.maximumOutstanding = places
                $0.transmission.ackTimeout = .seconds(600)
            } _: { session in
                let task = Task { try await session.get("x", timeout: .seconds(600)) }
                while server.requests.count - before < 2 + expected { try await Task.sleep(for: .milliseconds(5)) }
                // One too many would be sent in the same turn of the client's loop, and stand before this mark.
                await session.core.loop.run {}
                try await server.catchUp()
                #expect(server.requests.count - before == 2 + expected)
                task.cancel()
                _ = await task.result
            }
        }
    }

    @Test("A resource that changes is read anew, three times and no more")
    func changing() async throws {
        for changes in [3, 4] {
            let seen = Locked(0)
            let server = try FakeServer.answering { request, _ in
                let version = seen.withLock { count in
                    if request.options.block2 != nil, count < changes {
                        count += 1
                        return UInt8(count)
                    }
                    return UInt8(count)
                }
                return BlockBody(bytes: BlockBody.bytes(2_000), eTag: [version]).answer(request.options.block2)
            }
            if changes == 3 {
                try await server.withSession { session in
                    let response = try await session.get("x")
                    #expect(response.payload == BlockBody.bytes(2_000) && response.options.eTags == [[3]])
                }
            } else {
                let error = try await Self.error(server)
                #expect(error.code == .protocolError && error.message.contains("changed"))
            }
        }
    }

    @Test("What a POST answers is not asked for anew")
    func post() async throws {
        let server = try FakeServer.answering { request, number in
            BlockBody(bytes: BlockBody.bytes(2_000), eTag: [UInt8(number)]).answer(request.options.block2)
        }
        try await server.withSession { session in
            let error = await #expect(throws: CoAPError.self) { try await session.post("x", [1, 2, 3]) }
            #expect(error?.code == .protocolError)
        }
        #expect(server.requests.map(\.payload) == [[1, 2, 3], []])
    }

    @Test("FETCH says with each block what it asks for")
    func fetch() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(5_000))
        let server = try FakeServer.answering { request, _ in body.answer(request.options.block2) }
        try await server.withSession { session in
            let response = try await session.fetch("x", [7], contentFormat: .cbor)
            #expect(response.payload == body.bytes)
        }
        #expect(server.requests.allSatisfy { $0.payload == [7] && $0.options.contentFormat == .cbor })
    }

    @Test("An endless body ends at the limit")
    func endless() async throws {
        let server = try FakeServer.answering { request, _ in
            var response = Response(.content, payload: [UInt8](repeating: 1, count: 1024))
            response.options.block2 = BlockOption(number: request.options.block2?.number ?? 0, hasMore: true)
            response.options.eTags = [[1]]
            return response
        }
        let error = try await Self.error(server) { $0.maximumBodySize = 50_000 }
        #expect(error.code == .tooLarge && error.message.contains("50000"))
        #expect(server.requests.count < 60)
    }

    @Test("Hostile answers end in an error, and nothing is asked on", arguments: [0, 1, 2, 3])
    func hostile(kind: Int) async throws {
        let server = try FakeServer.answering { request, _ in
            guard let asked = request.options.block2 else {
                return BlockBody(bytes: BlockBody.bytes(9_000)).answer(nil)
            }
            var response = BlockBody(bytes: BlockBody.bytes(9_000)).answer(asked)
            switch kind {
            case 0: response.options.block2 = BlockOption(number: asked.number + 1, hasMore: true)
            case 1: response.payload = []
            case 2: response.options.removeAll(.block2)
            default: response.options.block2 = BlockOption(number: asked.number, hasMore: true, size: 512)
            }
            return response
        }
        let error = try await Self.error(server)
        #expect(error.code == .protocolError, "\(error)")
        #expect(server.requests.count < 12)
    }

    @Test("An error in the middle is the response")
    func errorInTheMiddle() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(9_000))
        let server = try FakeServer.answering { request, number in
            number < 3 ? body.answer(request.options.block2) : Response.diagnostic(.notFound, "gone")
        }
        try await server.withSession { session in
            let response = try await session.get("x")
            #expect(response.code == .notFound && response.text == "gone")
        }
    }

    @Test("A diagnostic in blocks comes whole")
    func longDiagnostic() async throws {
        let body = BlockBody(bytes: [UInt8](repeating: 120, count: 3_000))
        let server = try FakeServer.answering { request, _ in
            var answer = body.answer(request.options.block2)
            answer.code = .badRequest
            return answer
        }
        try await server.withSession { session in
            let response = try await session.get("x")
            #expect(response.code == .badRequest && response.payload == body.bytes)
        }
    }

    @Test("A block that is lost is asked for again, and a silent server is waited for only so long")
    func lost() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(20_000))
        let dropped = Locked<Set<UInt32>>([])
        let server = try FakeServer.answering { request, _ in
            let number = request.options.block2?.number ?? 0
            let drops = dropped.withLock { $0.insert(number).inserted } && number % 5 == 3
            return drops ? nil : body.answer(request.options.block2)
        }
        try await server.withSession {
            $0.transmission.ackTimeout = .seconds(1)
        } _: { session in
            let response = try await session.get("x")
            #expect(response.payload == body.bytes)
        }
        let silent = try FakeServer.answering { request, number in
            number < 4 ? body.answer(request.options.block2) : nil
        }
        let error = try await Self.error(silent) { $0.requestTimeout = .milliseconds(300) }
        #expect(error.code == .timeout)
    }

    @Test("A server that hands out blocks only one after the other is asked so when a block was lost")
    func sequential() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(9_000))
        let last = Locked<UInt32>(0)
        let server = try FakeServer.answering { request, number in
            let asked = request.options.block2?.number ?? 0
            guard number != 4 else { return nil }
            let isNext = last.withLock { last in
                guard asked == 0 || asked == last || asked == last + 1 else { return false }
                last = asked
                return true
            }
            return isNext ? body.answer(request.options.block2) : Response(.requestEntityIncomplete)
        }
        try await server.withSession {
            $0.transmission.ackTimeout = .seconds(1)
        } _: { session in
            let response = try await session.get("x")
            #expect(response.payload == body.bytes)
        }
    }

    @Test("A challenge is answered, for the first message and in the middle (RFC 9175 §2.3)")
    func echo() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(9_000))
        let server = try FakeServer.answering { request, _ in
            let wanted: UInt8 = (request.options.block2?.number ?? 0) < 4 ? 1 : 2
            guard request.options.echo == [wanted] else {
                var challenge = Response(.unauthorized)
                challenge.options.echo = [wanted]
                return challenge
            }
            return body.answer(request.options.block2)
        }
        try await server.withSession { session in
            let response = try await session.get("x")
            #expect(response.payload == body.bytes)
        }
        let stubborn = try FakeServer.answering { _, number in
            var challenge = Response(.unauthorized)
            challenge.options.echo = [UInt8(number)]
            return challenge
        }
        try await stubborn.withSession { session in
            let response = try await session.get("x")
            #expect(response.code == .unauthorized)
        }
        #expect(stubborn.requests.count == 2)
    }

    @Test("A cancelled task asks for no more blocks")
    func cancelled() async throws {
        let server = try FakeServer.answering { request, number in
            number > 5 ? nil : BlockBody(bytes: BlockBody.bytes(90_000), eTag: nil).answer(request.options.block2)
        }
        try await server.withSession { session in
            let task = Task { try await session.get("x", timeout: .seconds(600)) }
            while server.requests.count < 6 { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            let result = await task.result
            let error = #expect(throws: CoAPError.self) { try result.get() }
            #expect(error?.code == .cancelled)
        }
    }

    @Test("Blocks that wait for their turn are not asked for once their task is cancelled")
    func cancelledQueue() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(20_000))
        let server = try FakeServer.answering { request, _ in
            guard request.options.uriPath == ["x"] else { return Response(.content) }
            return request.options.block2?.number ?? 0 < 2 ? body.answer(request.options.block2) : nil
        }
        try await server.withSession {
            $0.transmission.maximumOutstanding = 1
            $0.transmission.ackTimeout = .seconds(600)
        } _: { session in
            let task = Task { try await session.get("x", timeout: .seconds(600)) }
            while server.requests.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            _ = await task.result
            // Behind whatever else would be sent.
            _ = try await session.get("y")
        }
        let numbers = server.requests.filter { $0.options.uriPath == ["x"] }.map { $0.options.block2?.number ?? 0 }
        #expect(numbers == [0, 1, 2])
    }

    @Test("A download in a cancelled task ends at once")
    func cancelledDownload() async throws {
        let server = try FakeServer()
        try await server.withSession { session in
            for wait in [false, true] {
                let task = Task {
                    if !wait { withUnsafeCurrentTask { $0?.cancel() } }
                    try await session.download("x", timeout: .seconds(600)) { _, _ in }
                }
                if wait {
                    while server.received.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
                    task.cancel()
                }
                let result = await task.result
                let error = #expect(throws: CoAPError.self) { try result.get() }
                #expect(error?.code == .cancelled)
            }
        }
    }

    @Test("A stream whose reader is cancelled ends")
    func cancelledReader() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(90_000))
        let server = try FakeServer.answering { request, number in
            number > 3 ? nil : body.answer(request.options.block2)
        }
        try await server.withSession { session in
            let task = Task {
                try await session.download("x", timeout: .seconds(600)) { _, parts in for try await _ in parts {} }
            }
            while server.requests.count < 4 { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            let result = await task.result
            let error = #expect(throws: CoAPError.self) { try result.get() }
            #expect(error?.code == .cancelled)
        }
    }

    @Test("What is asked for by its block is handed out as it comes")
    func raw() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(9_000))
        let server = try FakeServer.answering { request, _ in body.answer(request.options.block2) }
        try await server.withSession { session in
            let asked = BlockOption(number: 2, size: 64)
            let response = try await session.get("x", options: [CoAPOption(.block2, uint: asked.rawValue)])
            #expect(response.payload == Array(body.bytes[128..<192]))
            #expect(response.options.block2 == BlockOption(number: 2, hasMore: true, size: 64))
        }
        #expect(server.requests.count == 1)
    }

    @Test("A streamed body comes in order, no faster than it is read")
    func streamed() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(200_000))
        let server = try FakeServer.answering { request, _ in body.answer(request.options.block2) }
        let told = Locked<[TransferProgress]>([])
        try await server.withSession {
            $0.maximumBodySize = 10
        } _: { session in
            let got = try await session.download("x", progress: { progress in told.withLock { $0.append(progress) } }) {
                response, parts in
                #expect(response.code == .content && response.payload.isEmpty)
                try await Task.sleep(for: .milliseconds(200))
                #expect(server.requests.count <= 9, "more was asked for than the window")
                var got: [UInt8] = []
                for try await part in parts {
                    #expect(part.count <= 9 * 1024)
                    got += part
                }
                return got
            }
            #expect(got == body.bytes)
        }
        let last = told.withLock { $0.last }
        #expect(last == TransferProgress(completed: 200_000, total: 200_000) && last?.fraction == 1)
    }

    @Test("A stream that is left is not fetched to its end; an error comes whole; a change ends it")
    func streamEnds() async throws {
        let body = BlockBody(bytes: BlockBody.bytes(200_000))
        let server = try FakeServer.answering { request, number in
            request.options.uriPath == ["none"]
                ? .diagnostic(.notFound, "none")
                : request.options.uriPath == ["changing"]
                    ? BlockBody(bytes: body.bytes, eTag: [UInt8(clamping: number)]).answer(request.options.block2)
                    : body.answer(request.options.block2)
        }
        try await server.withSession { session in
            try await session.download("x") { _, parts in
                for try await _ in parts { break }
            }
            let asked = server.requests.count
            #expect(asked < 30)
            try await session.download("none") { response, parts in
                #expect(response.code == .notFound && response.text == "none")
                for try await _ in parts { Issue.record("an error has no parts") }
            }
            let error = await #expect(throws: CoAPError.self) {
                try await session.download("changing") { _, parts in for try await _ in parts {} }
            }
            #expect(error?.code == .protocolError)
        }
    }

    @Test("Settings that cannot be are refused")
    func settings() async throws {
        let server = try FakeServer()
        for change in [
            { $0.blockSize = 100 }, { $0.blockWindow = 0 }, { $0.maximumBodySize = -1 },
        ] as [(inout ClientConfiguration) -> Void] {
            let error = await #expect(throws: CoAPError.self) { try await server.withSession(change) { _ in } }
            #expect(error?.code == .invalidArgument)
        }
    }
}
