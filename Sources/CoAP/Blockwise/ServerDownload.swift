// SPDX-License-Identifier: Apache-2.0

/// The body of one response on its way out, block by block (RFC 7959 §2.4). No I/O.
struct ServerDownload {
    /// Code and options of every block; the entity-tag among them.
    let code: Code
    let options: Options
    let payload: [UInt8]
    let stream: BodyStream?
    /// What the request's own body was, by its hash; 0 for none.
    let requestHash: UInt64
    /// The route that answered, and its number.
    let route: RouteLabel

    typealias RouteLabel = (path: String, number: Int)

    /// The block of a request, in the size that is sent.
    ///
    /// - Parameters:
    ///   - wanted: Block2 of the request; nil for none.
    ///   - preferredSize: the largest size the server sends.
    ///   - room: the bytes for options and payload in one message.
    static func block(
        _ wanted: BlockOption?, options: Options, preferredSize: Int, room: Int
    ) throws(ResponseError) -> BlockOption {
        var size = min(wanted?.size ?? preferredSize, preferredSize)
        // Size2 and Block2 take nine bytes at most, the marker one.
        let left = room - options.wireSize - 10
        while size > left, size > 16 { size /= 2 }
        guard size <= left else { throw ResponseError(.internalServerError) }
        let number = (wanted?.offset ?? 0) / size
        guard number <= BlockOption.maximumNumber else {
            throw ResponseError(
                .badRequest, "blocks here have \(size) bytes, and none of them begins at \(wanted?.offset ?? 0)")
        }
        return BlockOption(number: UInt32(number), size: size)
    }

    /// A block of the payload as a response; 4.00 beyond its end.
    func response(_ block: BlockOption) -> Response {
        guard block.offset < payload.count || block.number == 0 else {
            return .diagnostic(
                .badRequest, "the body has \(payload.count) bytes, no block begins at \(block.offset)")
        }
        let end = min(block.offset + block.size, payload.count)
        return response(
            block, Array(payload[block.offset..<end]), hasMore: end < payload.count, total: payload.count)
    }

    /// A block as a response.
    func response(_ block: BlockOption, _ part: [UInt8], hasMore: Bool, total: Int?) -> Response {
        var block = block
        block.hasMore = hasMore
        var response = Response(code, options: options, payload: part)
        response.options.block2 = block
        if block.number == 0, let total { response.options.size2 = UInt32(clamping: total) }
        return response
    }

    /// The bytes it keeps in memory.
    var size: Int { payload.count + options.storage.count + (stream?.memory ?? 0) }
}
