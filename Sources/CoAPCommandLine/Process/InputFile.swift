// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation

/// Reads what a person hands in: a request's body, a key.
enum InputFile {
    /// Reads a file, a pipe or, for `-`, the standard input to its end.
    ///
    /// - Parameter maximumSize: in bytes; 1 MiB without it.
    /// - Throws: `CoAPError`: `fileUnavailable` when it cannot be read, `tooLarge` when it is over the maximum.
    static func read(_ path: String, maximumSize: Int = 1 << 20) throws(CoAPError) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(maximumSize + 1, 64 << 10))
        // It may be a secret. One that fits into a chunk is never copied within the array as that grows.
        defer { chunk.wipe() }
        bytes.reserveCapacity(chunk.count)
        while true {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, errno) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= maximumSize else {
                bytes.wipe()
                let limit = maximumSize < 1 << 20 ? "\(maximumSize >> 10) KiB" : "\(maximumSize >> 20) MiB"
                throw CoAPError(.tooLarge, "\(shown(path)) holds more than \(limit); check that it is the right one")
            }
        }
    }

    /// Why a file cannot be read, by the system's error number.
    static func failure(_ path: String, _ number: Int32) -> CoAPError {
        let reason =
            switch number {
            case ENOENT, ENOTDIR: "there is no such file; check the path"
            case EACCES, EPERM: "you have no right to; run as its owner"
            case EISDIR: "it is a folder; name a file in it"
            case EBADF: "it is closed"
            default: String(cString: strerror(number))
            }
        return CoAPError(.fileUnavailable, "\(shown(path)) cannot be read: \(reason)")
    }

    private static func shown(_ path: String) -> String {
        path == "-" ? "the standard input" : PrintableText.escaped(path.utf8)
    }
}
