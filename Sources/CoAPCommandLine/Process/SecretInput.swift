// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation

/// Reads a secret that a person keeps in a file or has another program write.
enum SecretInput {
    /// The largest secret that is read from a pipe: 4 KiB.
    private static let maximumSize = 4 << 10

    /// Reads a file that only its owner may read, or a pipe or, for `-`, the standard input, which have no mode that says who
    /// reads along.
    ///
    /// - Throws: `CoAPError`: `fileUnavailable` when it cannot be read or others may read it, `tooLarge`.
    static func read(_ path: String) throws(CoAPError) -> Secret {
        var status = stat()
        let isThere = path != "-" && stat(path, &status) == 0
        let isStream = path == "-" || isThere && [S_IFIFO, S_IFCHR, S_IFSOCK].contains(status.st_mode & S_IFMT)
        guard isStream else { return try CredentialFiles.secret(at: path) }
        var bytes = try InputFile.read(path, maximumSize: maximumSize)
        defer { bytes.wipe() }
        return Secret(bytes)
    }
}
