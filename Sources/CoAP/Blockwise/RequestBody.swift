// SPDX-License-Identifier: Apache-2.0

/// A request's body as it comes, block by block (RFC 7959 §2.5): an AsyncSequence of its bytes in order, in pieces of at most a
/// block.
///
/// The client is asked for the next block when the last one was taken, so that a slow handler slows the client down and
/// nothing piles up. It is read once.
public final class RequestBody: AsyncSequence, Sendable {
    /// A piece of the body, 1 byte to 1,471.
    public typealias Element = [UInt8]

    private struct State {
        var pieces: [(bytes: [UInt8], whenTaken: (@Sendable () -> Void)?)] = []
        var isLast = false
        var failure: CoAPError?
        var reader: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    init() {}

    /// A body that is whole already.
    convenience init(_ bytes: [UInt8]) {
        self.init()
        state.withLock {
            if !bytes.isEmpty { $0.pieces = [(bytes, nil)] }
            $0.isLast = true
        }
    }

    /// False while so many blocks wait to be read that a client that keeps to the protocol would not send another.
    var hasRoom: Bool { state.withLock { $0.pieces.count < 4 } }

    /// Hands on a block; the closure is called when a reader has it.
    func push(_ chunk: [UInt8], isLast: Bool, whenTaken: @escaping @Sendable () -> Void) {
        let reader = state.withLock { state in
            if !(chunk.isEmpty && isLast) { state.pieces.append((chunk, whenTaken)) }
            state.isLast = isLast
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// Ends the body before it is whole.
    func fail(_ error: CoAPError) {
        let reader = state.withLock { state in
            if !state.isLast {
                state.failure = error
                state.pieces = []
            }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// Reads the body from its beginning.
    public func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    /// Reads a body.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let body: RequestBody

        /// The next piece; nil at the end.
        ///
        /// - Throws: `CoAPError`: `digestMismatch` in place of the last piece when the body is not the one that was sent: whatever
        ///   was done with it must be undone; `closed` when the client does not go on, its blocks do not fit together or its session ends,
        ///   `invalidArgument` when another task reads already, `cancelled`.
        public mutating func next() async throws(CoAPError) -> [UInt8]? { try await body.next() }
    }

    private enum Next {
        case piece([UInt8], (@Sendable () -> Void)?)
        case end
        case failed(CoAPError)
        case wait

        static let taken = Next.failed(
            CoAPError(.invalidArgument, "another task reads this body already; let one read it"))
    }

    private func next() async throws(CoAPError) -> [UInt8]? {
        while true {
            let next: Next = state.withLock { state in
                if let failure = state.failure { return .failed(failure) }
                if !state.pieces.isEmpty {
                    let piece = state.pieces.removeFirst()
                    return .piece(piece.bytes, piece.whenTaken)
                }
                if state.reader != nil { return .taken }
                return state.isLast ? .end : .wait
            }
            switch next {
            case .piece(let piece, let whenTaken):
                whenTaken?()
                return piece
            case .end: return nil
            case .failed(let error): throw error
            case .wait: await wait()
            }
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard state.pieces.isEmpty, !state.isLast, state.failure == nil, state.reader == nil else {
                        return false
                    }
                    state.reader = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            fail(CoAPError(.cancelled, "the request was given up before its body was whole"))
        }
    }
}
