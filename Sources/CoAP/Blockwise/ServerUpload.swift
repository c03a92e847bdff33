// SPDX-License-Identifier: Apache-2.0

/// The body of one request on its way in, block by block (RFC 7959 §2.5). No I/O.
struct ServerUpload {
    /// What a block leads to.
    enum Step: Equatable {
        /// The next one is awaited; the acknowledgement carries this option.
        case more(BlockOption)
        /// The body is whole.
        case whole(BlockOption)
        /// The body cannot be put together: nothing of it is kept.
        case refused(Response)
    }

    /// What has come so far; empty when blocks are handed on as they come.
    private(set) var bytes: [UInt8] = []

    /// The first block, to tell it sent again from another body's.
    private var firstHash: UInt64?

    /// True for the first block of this body, sent again.
    func isFirst(_ payload: [UInt8]) -> Bool {
        received == payload.count && firstHash == EntityTag.hash(payload)
    }

    /// How many bytes have come so far.
    private(set) var received = 0

    private let limit: Int
    private let preferredSize: Int
    private let keeps: Bool

    /// A body of which nothing has come.
    ///
    /// - Parameters:
    ///   - limit: the most bytes it may have.
    ///   - preferredSize: the size of blocks the server asks for, where the client's are larger.
    ///   - keeps: false when the blocks are handed on and not kept.
    init(limit: Int, preferredSize: Int, keeps: Bool = true) {
        self.limit = limit
        self.preferredSize = preferredSize
        self.keeps = keeps
    }

    /// Takes a block.
    ///
    /// - Parameters:
    ///   - block: Block1.
    ///   - payload: its bytes.
    ///   - total: Size1, when the client said it.
    mutating func add(_ block: BlockOption, _ payload: [UInt8], total: UInt32?) -> Step {
        if block.hasMore ? payload.count != block.size : payload.count > block.size {
            return .refused(
                .diagnostic(
                    .badRequest,
                    "a block of \(block.size) bytes has \(payload.count): only the last one may be shorter (RFC 7959 §2.2)"
                )
            )
        }
        // One that came before, in a message of its own: its answer was lost.
        if block.hasMore, block.offset + payload.count <= received, block.offset > 0 || received == payload.count {
            return .more(accepted(block))
        }
        guard block.offset == received else {
            return .refused(
                .diagnostic(
                    .requestEntityIncomplete,
                    received == 0
                        ? "the blocks before this one are not here, or not any more: begin with the first one"
                        : "the block from byte \(received) on is awaited, this one begins at \(block.offset)"))
        }
        guard received + payload.count <= limit, Int(total ?? 0) <= limit else {
            return .refused(Self.tooLarge(limit))
        }
        if received == 0 { firstHash = EntityTag.hash(payload) }
        received += payload.count
        if keeps { bytes += payload }
        return block.hasMore ? .more(accepted(block)) : .whole(accepted(block))
    }

    /// The answer to a body above a limit.
    static func tooLarge(_ limit: Int) -> Response {
        var refusal = Response.diagnostic(.requestEntityTooLarge, "a body here has at most \(limit) bytes")
        refusal.options.size1 = UInt32(clamping: limit)
        return refusal
    }

    private func accepted(_ block: BlockOption) -> BlockOption {
        BlockOption(number: block.number, hasMore: block.hasMore, size: min(block.size, preferredSize))
    }
}
