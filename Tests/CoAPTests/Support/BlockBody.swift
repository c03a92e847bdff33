// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A body as a server hands it out in blocks, for the tests of clients.
struct BlockBody: Sendable {
    var bytes: [UInt8]
    var eTag: [UInt8]? = [1]
    /// The largest blocks it sends.
    var size = 1024
    var tellsSize = true

    /// Lengths up to a few of the largest blocks, the short ones close together.
    static let counts = Array(stride(from: 0, to: 300, by: 7)) + Array(stride(from: 300, through: 5_000, by: 97))

    /// So many bytes, none like its neighbours.
    static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

    /// A body in parts of one odd length, as a program hands it out that streams.
    static func parts(_ bytes: [UInt8], of length: Int = 700) -> AsyncStream<[UInt8]> {
        AsyncStream { continuation in
            for start in stride(from: 0, to: bytes.count, by: length) {
                continuation.yield(Array(bytes[start..<min(start + length, bytes.count)]))
            }
            continuation.finish()
        }
    }

    /// What the server answers to a request for a block, or for all.
    func answer(_ asked: BlockOption?) -> Response {
        var response = Response(.content)
        let size = min(size, asked?.size ?? size)
        let offset = asked?.offset ?? 0
        guard offset <= bytes.count else { return Response(.badRequest) }
        let end = min(offset + size, bytes.count)
        response.payload = Array(bytes[offset..<end])
        if let eTag { response.options.eTags = [eTag] }
        guard asked != nil || end < bytes.count else { return response }
        response.options.block2 = BlockOption(number: UInt32(offset / size), hasMore: end < bytes.count, size: size)
        if tellsSize, offset == 0 { response.options.size2 = UInt32(bytes.count) }
        return response
    }
}
