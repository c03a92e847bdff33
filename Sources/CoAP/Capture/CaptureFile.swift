// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A new file that only its owner can read, written to without a buffer, so that nothing is missing when the process ends.
final class CaptureFile: Sendable {
    private let descriptor: Int32
    private let size = Locked(0)

    deinit { close(descriptor) }

    /// - Throws: `CoAPError` with code `fileUnavailable`.
    init(_ path: String) throws(CoAPError) {
        // Neither a file that is there nor what a link points to is written to: both may be somebody else's.
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let name = PrintableText.escaped(path.utf8)
            let number = errno
            throw number == EEXIST
                ? CoAPError(
                    .fileUnavailable,
                    "'\(name)' exists already, and a capture takes a new file: remove it, or name another")
                : CoAPError(.fileUnavailable, "'\(name)' cannot be made", cause: String(cString: strerror(number)))
        }
    }

    /// Writes all of the bytes or, where they do not fit the limit, none; what the system does not take is lost.
    func write(_ bytes: [UInt8]) {
        size.withLock { size in
            guard size + bytes.count <= Capture.maximumSize else { return }
            size += bytes.count
            _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        }
    }
}
