// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// Writes files whole or not at all.
enum FileWriter {
    static let secretMode: mode_t = 0o600
    static let publicMode: mode_t = 0o644

    /// True when something stands at the path.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes a folder that only its owner may enter; one that is there is left as it is.
    static func makeFolder(_ path: String) throws(CoAPError) {
        guard mkdir(path, 0o700) != 0 else { return }
        guard errno == EEXIST else {
            throw CredentialFiles.unavailable(path, "the folder cannot be made: \(CredentialFiles.reason(errno))")
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw CredentialFiles.unavailable(path, "is not a folder; move it away or name another one")
        }
    }

    /// Writes a file beside its place and moves it there: readers see all of it or none, and nobody else ever sees a secret.
    ///
    /// - Parameter replaces: false leaves a file alone that has come to stand there meanwhile.
    static func write(
        _ bytes: UnsafeRawBufferPointer, to path: String, mode: mode_t, replaces: Bool = false
    ) throws(CoAPError) {
        let temporary = "\(path).\(getpid()).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw CredentialFiles.unavailable(path, "cannot be written: \(CredentialFiles.reason(errno))")
        }
        var written = 0
        var good = fchmod(descriptor, mode) == 0
        while good, written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            if count < 0, errno == EINTR { continue }
            good = count > 0
            written += max(0, count)
        }
        good = fsync(descriptor) == 0 && good
        let number = errno
        close(descriptor)
        // A link fails where a file stands already; a rename would replace it.
        let placed = good && (replaces ? rename(temporary, path) : link(temporary, path)) == 0
        let reason = good ? errno : number
        if !placed || !replaces { unlink(temporary) }
        guard placed else {
            throw CredentialFiles.unavailable(path, "cannot be written: \(CredentialFiles.reason(reason))")
        }
    }

    static func write(_ secret: Secret, to path: String, replaces: Bool = false) throws(CoAPError) {
        let result: Result<Void, CoAPError> = secret.withBytes { bytes in
            do throws(CoAPError) {
                return .success(try write(bytes, to: path, mode: secretMode, replaces: replaces))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = publicMode) throws(CoAPError) {
        let result: Result<Void, CoAPError> = bytes.withUnsafeBytes { bytes in
            do throws(CoAPError) {
                return .success(try write(bytes, to: path, mode: mode))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
