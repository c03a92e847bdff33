// SPDX-License-Identifier: Apache-2.0

package import CoAPCore
import Glibc

/// Reads files of a bounded size.
package enum PlainFile {
    /// The bytes of a plain file.
    ///
    /// - Parameters:
    ///   - path: its path.
    ///   - maximumSize: the largest that is read, in bytes.
    /// - Throws: `CoAPError` with code `fileUnavailable` when it cannot be read, is no plain file, or is larger.
    package static func contents(at path: String, maximumSize: Int) throws(CoAPError) -> [UInt8] {
        // Not blocking, so that a pipe in the file's place is refused instead of waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw unavailable(path, "cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw unavailable(path, "is not a plain file; name the file itself")
        }
        let tooLarge = "is larger than \(maximumSize >> 20) MiB; check that it is the right file"
        guard status.st_size <= maximumSize else { throw unavailable(path, tooLarge) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        var filled = 0
        while true {
            let count = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw unavailable(path, "cannot be read: \(String(cString: strerror(errno)))")
            }
            if count == 0 { break }
            filled += count
            // It grows while it is read.
            guard filled < bytes.count else { throw unavailable(path, "changed while it was read; try again") }
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// Where a path leads when every link is followed; nil when there is nothing.
    package static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func unavailable(_ path: String, _ what: String) -> CoAPError {
        CoAPError(.fileUnavailable, "\(PrintableText.escaped(path.utf8)) \(what)")
    }
}
