// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// A request's body in a file, a pipe or the standard input, read as it is sent.
final class InputBody: AsyncSequence, @unchecked Sendable {
    // Sendable: made by one task and read by one, the same.
    typealias Element = [UInt8]

    /// How much is looked at beforehand, to send it in one piece where that is all, in bytes.
    static let headSize = 1 << 20

    private let path: String
    private let descriptor: Int32
    private var head: [UInt8] = []
    /// Where it begins in the file: another program may have read before.
    private let start: off_t

    /// Opens a file; `-` is the standard input.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable`.
    init(_ path: String) throws(CoAPError) {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        let failure = descriptor < 0 ? errno : 0
        start = lseek(descriptor, 0, SEEK_CUR)
        guard failure == 0 else { throw InputFile.failure(path, failure) }
    }

    deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

    /// All there is, when it is no more than ``headSize``; nil when there is more, which stands at the beginning of the stream.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable`.
    func readWhole() throws(CoAPError) -> [UInt8]? {
        while head.count <= Self.headSize {
            let part = try read()
            guard !part.isEmpty else { return head }
            head += part
        }
        return nil
    }

    /// How many bytes a plain file has; nil for what has no size.
    var size: Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Refuses what can be read once only.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument`.
    func requireRewinding() throws(CoAPError) {
        guard size == nil else { return }
        throw CoAPError(
            .invalidArgument,
            "a digest goes before its body, and this one, of more than \(Self.headSize >> 20) MiB, can be read once only: write "
                + "it to a file, and give that behind -f")
    }

    /// Goes back to the beginning.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable`.
    func rewind() throws(CoAPError) {
        guard start >= 0, lseek(descriptor, start, SEEK_SET) == start else { throw InputFile.failure(path, errno) }
        head = []
    }

    /// The next bytes; none at the end.
    private func read() throws(CoAPError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
            var got = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            while got < 0, errno == EINTR { got = Foundation.read(descriptor, buffer.baseAddress, buffer.count) }
            failure = got < 0 ? errno : 0
            count = Swift.max(0, got)
        }
        guard failure == 0 else { throw InputFile.failure(path, failure) }
        return bytes
    }

    /// Reads what is left.
    struct AsyncIterator: AsyncIteratorProtocol {
        let stream: InputBody

        /// The next bytes; nil at the end.
        mutating func next() async throws(CoAPError) -> [UInt8]? {
            guard stream.head.isEmpty else {
                defer { stream.head = [] }
                return stream.head
            }
            let part = try stream.read()
            return part.isEmpty ? nil : part
        }
    }

    /// Begins to read.
    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }
}
