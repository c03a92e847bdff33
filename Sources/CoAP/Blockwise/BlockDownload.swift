// SPDX-License-Identifier: Apache-2.0

/// Which blocks of a response's body are asked for, and how they become one body (Block2, RFC 7959 §2.4, §3.1).
///
/// Several blocks may be under way at once. Their answers are looked at in the body's order only: whatever is said about blocks
/// behind the last one does not count.
struct BlockDownload {
    /// What comes next.
    enum Step: Equatable {
        /// There are more blocks to ask for.
        case more
        /// The body is complete.
        case finished
        /// The resource changed on the way: all of it again.
        case changed
        /// The server answered with something else, an error, which is the response.
        case answer(Response)
        /// The server broke the protocol, a limit was reached, or no answer came.
        case failed(CoAPError)
    }

    /// The present size of blocks in bytes; it never grows.
    private(set) var size: Int

    /// How many bytes of the body are there, from its beginning.
    private(set) var position = 0

    /// The size of the whole body in bytes as the server tells it; nil when it does not.
    private(set) var total: Int?

    /// The parts of the body that came and were not taken yet, in order.
    private var ready: [[UInt8]] = []

    /// The most bytes to take; nil for any number.
    private let limit: Int?
    private let maximumWindow: Int
    private var window = 1
    private var asked = 0
    private var outstanding = 0
    private var answers: [Int: Result<Response, CoAPError>] = [:]
    private var isFinished = false
    private var code = Code.content
    private var eTags: [[UInt8]] = []

    /// - Parameters:
    ///   - size: the largest blocks to ask for, in bytes.
    ///   - limit: the most bytes to take; nil for any number.
    ///   - window: how many blocks may be asked for at once when an entity-tag shows that they belong together.
    init(size: Int, limit: Int?, window: Int) {
        self.size = BlockOption(number: 0, size: size).size
        self.limit = limit
        maximumWindow = max(1, window)
    }

    /// The first response came.
    ///
    /// - Parameter isNegotiated: whether blocks of at most ``size`` were asked for.
    mutating func begin(_ response: Response, isNegotiated: Bool) -> Step {
        code = response.code
        eTags = response.options.eTags
        guard response.options.contains(.block2) else {
            isFinished = true
            return keep(response.payload) ?? .finished
        }
        guard let block = response.options.block2 else { return .failed(Self.malformed) }
        guard block.number == 0 else {
            return .failed(BlockFailure.broken("answers with block \(block.number), where the first was asked for"))
        }
        if isNegotiated, block.size > size { return .failed(Self.larger(block.size, size)) }
        total = response.options.size2.map(Int.init)
        if let limit, let total, total > limit, block.hasMore { return .failed(BlockFailure.tooLarge(limit: limit)) }
        if let wrong = take(response.payload, block) { return wrong }
        guard !isFinished else { return .finished }
        size = min(size, block.size)
        asked = position
        return .more
    }

    /// The block to ask for now; nil when none is to be, for the time being.
    ///
    /// - Parameter held: how many blocks' bytes wait for whoever reads the body.
    mutating func next(held: Int = 0) -> BlockOption? {
        let open = outstanding + answers.count
        guard !isFinished, open < allowed, held + open < max(maximumWindow, 2) else { return nil }
        // The size is a hint: at the end of it one block at a time is asked for.
        if open > 0, let total, asked >= total { return nil }
        let number = asked / size
        guard number <= Int(BlockOption.maximumNumber) else { return nil }
        asked += size
        outstanding += 1
        return BlockOption(number: UInt32(number), size: size)
    }

    private var allowed: Int { eTags.isEmpty ? 1 : window }

    /// The answer to a block that was asked for.
    mutating func received(_ result: Result<Response, CoAPError>, for block: BlockOption) -> Step {
        // Blocks asked for before the server made them smaller are asked for again.
        guard !isFinished, block.size == size, block.offset >= position else { return isFinished ? .finished : .more }
        outstanding -= 1
        answers[block.offset] = result
        while let result = answers.removeValue(forKey: position) {
            if let step = accept(result) { return step }
            if isFinished { return .finished }
        }
        return .more
    }

    /// Takes out the bytes that came, as the parts they came in.
    mutating func takeReady() -> [[UInt8]] {
        defer { ready.removeAll(keepingCapacity: true) }
        return ready
    }

    // MARK: One block

    /// Nil when the block is the next part of the body.
    private mutating func accept(_ result: Result<Response, CoAPError>) -> Step? {
        let response: Response
        switch result {
        case .success(let answer): response = answer
        case .failure(let error): return .failed(error)
        }
        if response.code != code {
            // With 4.08 the server has lost what it kept for the transfer.
            let isOther = response.code.isSuccess || response.code == .requestEntityIncomplete
            return isOther ? .changed : .answer(response)
        }
        guard response.options.eTags == eTags else { return .changed }
        guard let block = response.options.block2 else { return .failed(Self.malformed) }
        guard block.size <= size else { return .failed(Self.larger(block.size, size)) }
        guard block.offset == position else {
            return .failed(
                BlockFailure.broken(
                    "answers with the block at \(block.offset) bytes, where the one at \(position) was asked for"))
        }
        if let wrong = take(response.payload, block) { return wrong }
        window = min(window + 1, maximumWindow)
        if block.size < size {
            size = block.size
            asked = position
            outstanding = 0
            answers.removeAll()
        }
        return nil
    }

    private mutating func take(_ payload: [UInt8], _ block: BlockOption) -> Step? {
        guard block.hasMore ? payload.count == block.size : payload.count <= block.size else {
            let what = payload.isEmpty ? "an empty block" : "a block of \(payload.count) bytes"
            return .failed(BlockFailure.broken("sends \(what) where \(block.size) bytes belong"))
        }
        if let wrong = keep(payload) { return wrong }
        isFinished = !block.hasMore
        guard isFinished || position / block.size <= Int(BlockOption.maximumNumber) else {
            return .failed(BlockFailure.tooManyBlocks(of: block.size))
        }
        return nil
    }

    private mutating func keep(_ payload: [UInt8]) -> Step? {
        if let limit, position + payload.count > limit { return .failed(BlockFailure.tooLarge(limit: limit)) }
        position += payload.count
        if !payload.isEmpty { ready.append(payload) }
        return nil
    }

    private static let malformed = BlockFailure.broken("answers to the request for a block without a valid Block2")

    private static func larger(_ got: Int, _ wanted: Int) -> CoAPError {
        BlockFailure.broken("sends blocks of \(got) bytes where \(wanted) were asked for")
    }
}
