// SPDX-License-Identifier: Apache-2.0

import CoAPCore
import CoAPTesting

@testable import CoAP

extension FakeServer {
    /// A server whose answer to each request, the number of which counts from 1, is piggybacked; nil says nothing.
    static func answering(
        _ answer: @escaping @Sendable (_ request: Message, _ number: Int) -> Response?
    ) throws -> FakeServer {
        try FakeServer { header, datagram, number in
            guard let header, let message = Message(datagram), message.code.class == 0, message.code != .empty,
                let response = answer(message, number)
            else { return [] }
            return [header.piggybacked(response.code, options: response.options, payload: response.payload)]
        }
    }

    /// The requests that have come so far.
    var requests: [Message] { received.compactMap { Message($0) } }
}

/// Takes bodies in blocks, as a server does.
final class BlockSink: Sendable {
    private let parts = Locked<[[UInt8]: [UInt8]]>([:])
    private let finished = Locked<[[UInt8]]>([])

    /// The bodies that arrived whole.
    var bodies: [[UInt8]] { finished.withLock { $0 } }

    /// The answer to a block, which the server would have at most this large.
    func answer(_ request: Message, size: Int = 1024) -> Response {
        guard let block = request.options.block1 else {
            finished.withLock { $0.append(request.payload) }
            return Response(.changed)
        }
        let key = request.options.requestTags.first ?? []
        var response = Response(.continue)
        response.options.block1 = BlockOption(
            number: block.number, hasMore: block.hasMore, size: min(size, block.size))
        let body = parts.withLock { parts -> [UInt8]? in
            var body = block.number == 0 ? [] : parts[key] ?? []
            guard body.count == block.offset else { return nil }
            body += request.payload
            parts[key] = body
            return body
        }
        guard let body else { return Response(.requestEntityIncomplete) }
        guard !block.hasMore else { return response }
        finished.withLock { $0.append(body) }
        response.code = .changed
        return response
    }
}
