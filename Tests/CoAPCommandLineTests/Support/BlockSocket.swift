// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCore
import Foundation
import Testing

/// A plain server on a UDP port of 127.0.0.1 that hands a body out in blocks, and takes others.
///
/// Whoever asks for `changing` gets another entity-tag with each block; for whoever asks for `bad` the body is the diagnostic of
/// a 4.00.
final class BlockSocket: Sendable {
    /// The port.
    let port: UInt16
    private let isStopped = Locked(false)
    private let last = Locked<[UInt8]>([])

    /// The body that was put last.
    var taken: [UInt8] { last.withLock { $0 } }

    init(_ body: [UInt8]) throws {
        let bound = try #require(try SocketAddress(bytes: [127, 0, 0, 1], port: 0).boundSocket())
        port = bound.address.port
        var limit = timeval(tv_sec: 0, tv_usec: 50_000)
        setsockopt(bound.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        Thread.detachNewThread { [isStopped, last] in
            Self.serve(bound.descriptor, until: { isStopped.withLock { $0 } }) { request in
                let isRead = request.code == CoAP.Method.get.code
                guard isRead else { return last.withLock { Self.take(request, into: &$0) } }
                let asked = request.options.block2 ?? BlockOption(number: 0)
                let end = min(asked.offset + asked.size, body.count)
                let code: Code = request.options.uriPath == ["bad"] ? .badRequest : .content
                var response = Response(code, payload: Array(body[min(asked.offset, end)..<end]))
                response.options.block2 = BlockOption(
                    number: asked.number, hasMore: end < body.count, size: asked.size)
                let isChanging = request.options.uriPath == ["changing"]
                response.options.eTags = [[isChanging ? UInt8(clamping: asked.number) : 1]]
                return response
            }
        }
    }

    deinit { isStopped.withLock { $0 = true } }

    private static func take(_ request: Message, into body: inout [UInt8]) -> Response {
        let block = request.options.block1 ?? BlockOption(number: 0)
        if block.number == 0 { body = [] }
        body += request.payload
        var response = Response(block.hasMore ? .continue : .changed)
        response.options.block1 = block
        return response
    }

    private static func serve(
        _ descriptor: Int32, until isStopped: () -> Bool, _ answer: (Message) -> Response
    ) {
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 2048)
        while !isStopped() {
            var peer = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            withUnsafeMutablePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    let count = recvfrom(descriptor, &buffer, buffer.count, 0, address, &length)
                    guard count > 0, let request = Message(Array(buffer.prefix(count))), request.code != .empty else {
                        return
                    }
                    let response = answer(request)
                    let bytes =
                        Message(
                            .acknowledgement, response.code, messageID: request.messageID, token: request.token,
                            options: response.options, payload: response.payload
                        ).bytes
                    _ = sendto(descriptor, bytes, bytes.count, 0, address, length)
                }
            }
        }
    }
}
