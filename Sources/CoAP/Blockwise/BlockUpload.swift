// SPDX-License-Identifier: Apache-2.0

/// Which block of a request's body is sent next, and what a server's answer to one means (Block1, RFC 7959 §2.5, §3.2).
struct BlockUpload {
    /// What comes next.
    enum Step: Equatable {
        /// The block arrived: the next one.
        case next
        /// All of it again from the beginning, perhaps in smaller blocks.
        case restart
        /// The answer is the request's response.
        case finished
        /// The server broke the protocol, or the body has too many blocks.
        case failed(CoAPError)
    }

    /// The present size of blocks in bytes; a server can make it smaller.
    private(set) var size: Int

    /// Where the next block begins in the body, in bytes.
    private(set) var offset = 0

    /// The block under way.
    private(set) var sent: BlockOption?

    /// True while the request may begin anew, for a server that has lost what came before.
    private var mayRestart: Bool

    /// Begins a body.
    ///
    /// - Parameter mayRestart: whether sending it twice is the same as once, and it is still there.
    init(size: Int, mayRestart: Bool) {
        self.size = BlockOption(number: 0, size: size).size
        self.mayRestart = mayRestart
    }

    /// The block to send now.
    ///
    /// - Parameters:
    ///   - remaining: how many bytes are known to follow from ``offset`` on.
    ///   - isEnd: true when there are no more behind these.
    /// - Throws: `CoAPError` with code `tooLarge` when the body needs more blocks than there are numbers.
    mutating func block(remaining: Int, isEnd: Bool) throws(CoAPError) -> BlockOption {
        let last = (offset + max(remaining, 1) - 1) / size
        guard last <= Int(BlockOption.maximumNumber) else { throw BlockFailure.tooManyBlocks(of: size) }
        let block = BlockOption(number: UInt32(offset / size), hasMore: remaining > size || !isEnd, size: size)
        sent = block
        return block
    }

    /// The server answered the block that is under way.
    mutating func answered(_ response: Response) -> Step {
        guard let sent else { return .finished }
        let answer = response.options.block1
        switch response.code {
        case .requestEntityTooLarge:
            // Only the first block's refusal is about its size (RFC 7959 §2.9.3); behind it the server has had enough.
            guard sent.number == 0, let answer, answer.size < size else { return .finished }
            size = answer.size
            return begin()
        case .requestEntityIncomplete:
            guard mayRestart else { return .finished }
            mayRestart = false
            return begin()
        default: break
        }
        guard response.code.isSuccess else { return .finished }
        guard sent.hasMore else {
            return response.code == .continue
                ? .failed(BlockFailure.broken("asks for another block behind the last one")) : .finished
        }
        guard let answer else {
            return .failed(BlockFailure.broken("answers block \(sent.number) of the request without naming it"))
        }
        // A server that wants smaller blocks may count in either size.
        guard answer.number == sent.number || answer.offset == sent.offset else {
            return .failed(
                BlockFailure.broken("answers block \(answer.number) of the request, where \(sent.number) was sent"))
        }
        offset += sent.size
        size = min(size, answer.size)
        return .next
    }

    private mutating func begin() -> Step {
        offset = 0
        sent = nil
        return .restart
    }
}
