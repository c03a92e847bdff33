// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// Reads a request's body.
enum InputFile {
    /// The largest body that is read: 1 MiB.
    static let maximumSize = 1 << 20

    /// Reads a file, a pipe or, for `-`, the standard input to its end.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable` when it cannot be read, `tooLarge` when it is over 1 MiB.
    static func read(_ path: String) throws(CoAPError) -> [UInt8] {
        let name = path == "-" ? "the standard input" : PrintableText.escaped(path.utf8)
        func failure(_ number: Int32) -> CoAPError {
            let reason =
                switch number {
                case ENOENT, ENOTDIR: "there is no such file; check the path"
                case EACCES, EPERM: "you have no right to; run as its owner"
                case EISDIR: "it is a folder; name a file in it"
                case EBADF: "it is closed"
                default: String(cString: strerror(number))
                }
            return CoAPError(.fileUnavailable, "\(name) cannot be read: \(reason)")
        }
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= maximumSize else {
                throw CoAPError(.tooLarge, "\(name) holds more than 1 MiB; send less")
            }
        }
    }
}
