// SPDX-License-Identifier: Apache-2.0

/// Holds what came of a streamed body until it is read: filled on the client's loop, emptied by the reader's task.
final class ResponseBuffer: Sendable {
    private typealias Chunk = Result<[UInt8]?, CoAPError>

    private struct State {
        var bytes: [UInt8] = []
        var parts = 0
        var end: Result<Void, CoAPError>?
        var reader: CheckedContinuation<Chunk, Never>?

        /// What a reader gets; nil while there is nothing.
        mutating func take() -> Chunk? {
            if !bytes.isEmpty {
                defer { (bytes, parts) = ([], 0) }
                return .success(bytes)
            }
            return end.map { $0.map { nil } }
        }
    }

    private let state = Locked(State())
    /// How many blocks wake a reader, which costs more than a block does; the end does so at once.
    private let batch: Int
    /// Called when there is room again.
    private let drained: @Sendable () -> Void

    /// An empty buffer, for blocks of which so many are on their way at once.
    init(window: Int, drained: @escaping @Sendable () -> Void) {
        batch = max(1, window / 2)
        self.drained = drained
    }

    /// How many blocks wait to be read.
    var held: Int { state.withLock { $0.parts } }

    /// Adds a block; without effect behind the end.
    func append(_ part: [UInt8]) {
        wake { state in
            guard state.end == nil else { return }
            state.bytes += part
            state.parts += 1
        }
    }

    /// Nothing more comes; the first end counts.
    func finish(_ result: Result<Void, CoAPError>) { wake { if $0.end == nil { $0.end = result } } }

    private func wake(_ change: (inout State) -> Void) {
        let (reader, chunk) = state.withLock { state -> (CheckedContinuation<Chunk, Never>?, Chunk?) in
            change(&state)
            guard state.end != nil || state.parts >= batch, let reader = state.reader, let chunk = state.take() else {
                return (nil, nil)
            }
            state.reader = nil
            return (reader, chunk)
        }
        if let reader, let chunk { reader.resume(returning: chunk) }
    }

    /// All that came since the last call, nil at the end; waits for something. For one reader at a time.
    ///
    /// - Throws: `CoAPError`: why no more comes, or `cancelled`.
    func next() async throws(CoAPError) -> [UInt8]? {
        let chunk: Chunk = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let chunk = state.withLock { state -> Chunk? in
                    let chunk = state.take()
                    if chunk == nil, state.reader != nil {
                        return .failure(
                            CoAPError(.invalidArgument, "another task reads this body already; let one read it"))
                    }
                    if chunk == nil { state.reader = continuation }
                    return chunk
                }
                if let chunk { continuation.resume(returning: chunk) }
            }
        } onCancel: {
            finish(.failure(ClientConnection.cancelled))
        }
        drained()
        return try chunk.get()
    }
}
