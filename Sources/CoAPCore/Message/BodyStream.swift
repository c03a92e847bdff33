// SPDX-License-Identifier: Apache-2.0

/// A response's body that is read while it is sent, block by block, so that it need not fit memory (RFC 7959).
///
/// The client decides the order: it asks for a block again, or for several at once.
public final class BodyStream: Sendable {
    /// Reads up to `count` bytes from `offset` on; fewer than asked for only at the end of the body.
    public typealias Reader = @Sendable (_ offset: Int, _ count: Int) async throws -> [UInt8]

    /// The size of the body in bytes; nil while it is not known.
    public let size: Int?

    /// How many bytes it keeps in memory to read them again, at most and roughly.
    package let memory: Int

    private let reader: Reader

    /// A body that can be read at any place.
    ///
    /// - Parameters:
    ///   - size: its size in bytes, which the client is told before the end; nil when it is not known.
    ///   - read: reads a part of it.
    public convenience init(size: Int? = nil, read: @escaping Reader) { self.init(size: size, memory: 0, read) }

    private init(size: Int?, memory: Int, _ read: @escaping Reader) {
        self.size = size
        self.memory = memory
        reader = read
    }

    /// A body that comes piece by piece. The last 64 KiB that were sent can be asked for again; what came before cannot.
    ///
    /// - Parameters:
    ///   - size: its size in bytes, which the client is told before the end; nil when it is not known.
    ///   - chunks: the body's bytes in pieces of any length.
    public convenience init<Chunks: AsyncSequence & Sendable>(size: Int? = nil, chunks: Chunks)
    where Chunks.Element == [UInt8] {
        let source = SequentialBody(chunks)
        self.init(size: size, memory: 2 * SequentialBody.history) { offset, count in
            try await source.read(at: offset, count)
        }
    }

    /// Reads a part of the body.
    ///
    /// - Throws: what its source throws.
    package func read(at offset: Int, _ count: Int) async throws -> [UInt8] { try await reader(offset, count) }
}

extension BodyStream: Hashable {
    /// True for the very same stream.
    public static func == (lhs: BodyStream, rhs: BodyStream) -> Bool { lhs === rhs }

    /// Adds which stream it is.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
