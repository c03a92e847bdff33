// SPDX-License-Identifier: Apache-2.0

/// A sequence of pieces read by offset: keeps a window behind the furthest reader.
actor SequentialBody {
    private var pull: () async throws -> [UInt8]?
    private var window: [UInt8] = []
    /// Where the window begins in the body.
    private var start = 0
    private var isAtEnd = false
    private var isBroken = false
    /// Reads one after the other: the sequence has one iterator.
    private var last: Task<Void, Never>?

    /// How much of what was read can be read again, in bytes.
    static let history = 64 << 10

    init<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks) where Chunks.Element == [UInt8] {
        // The iterator is made and used in one place: behind `last`, one call at a time.
        let source = IteratorBox(chunks)
        pull = { try await source.next() }
    }

    func read(at offset: Int, _ count: Int) async throws -> [UInt8] {
        let before = last
        let turn = Task<[UInt8], any Error> {
            await before?.value
            return try await self.take(offset, count)
        }
        last = Task { _ = await turn.result }
        return try await withTaskCancellationHandler {
            try await turn.value
        } onCancel: {
            turn.cancel()
        }
    }

    private func take(_ offset: Int, _ count: Int) async throws -> [UInt8] {
        guard offset >= start else {
            throw ResponseError(.requestEntityIncomplete, "this part of the body is gone; read from the beginning")
        }
        guard offset <= start + window.count + Self.history else {
            throw ResponseError(.badRequest, "this body is read in order; this part is too far ahead")
        }
        if isBroken { throw ResponseError(.internalServerError) }
        while !isAtEnd, start + window.count < offset + count {
            do {
                guard let chunk = try await pull() else {
                    // A cancelled sequence ends, too; its body would be taken for whole.
                    try Task.checkCancellation()
                    isAtEnd = true
                    break
                }
                window += chunk
            } catch {
                isBroken = true
                throw error
            }
        }
        let from = min(offset - start, window.count)
        let part = Array(window[from..<min(from + count, window.count)])
        if offset - start > 2 * Self.history {
            window.removeFirst(offset - start - Self.history)
            start = offset - Self.history
        }
        return part
    }
}

/// An iterator that one caller at a time moves on.
private final class IteratorBox<Chunks: AsyncSequence & Sendable>: @unchecked Sendable
where Chunks.Element == [UInt8] {
    // Sendable: SequentialBody calls it one read after the other.
    private var iterator: Chunks.AsyncIterator

    init(_ chunks: Chunks) { iterator = chunks.makeAsyncIterator() }

    func next() async throws -> [UInt8]? { try await iterator.next() }
}
