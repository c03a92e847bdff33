// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// Lets one process or thread at a time make files in a folder.
enum FolderLock {
    /// Runs the closure while nobody else does for the same folder; waits until it can.
    static func holding<Value>(
        _ path: String, _ body: () throws(CoAPError) -> Value
    ) throws(CoAPError) -> Value {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CredentialFiles.unavailable(path, "cannot be read: \(CredentialFiles.reason(errno))")
        }
        // Closing gives the lock up.
        defer { close(descriptor) }
        // A file system without locks is used without: files are still never half written and never overwritten.
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        return try body()
    }
}
