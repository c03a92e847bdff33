// SPDX-License-Identifier: Apache-2.0

/// A response's body while it arrives, in parts of one or several blocks (RFC 7959); for one reader.
///
/// No more is asked of the server than ``ClientConfiguration/blockWindow`` blocks ahead of the reader. It ends in an error when
/// the rest does not come, or the resource changed on the way: what was read is not the whole then.
public struct ResponseBody: AsyncSequence, Sendable {
    /// Some of the body's bytes, never none.
    public typealias Element = [UInt8]

    let buffer: ResponseBuffer

    /// Reads the parts in order.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let buffer: ResponseBuffer

        /// The next part; nil behind the last one.
        ///
        /// - Throws: `CoAPError`: what ``ClientSession/request(_:confirmable:timeout:)`` throws.
        public mutating func next() async throws(CoAPError) -> [UInt8]? { try await buffer.next() }

        /// The next part; nil behind the last one. Errors as in `next()`.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(CoAPError) -> [UInt8]? { try await buffer.next() }
    }

    /// Begins to read; a second reader gets what the first one does not.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(buffer: buffer) }
}
