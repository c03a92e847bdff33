// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A digest key as a person names it: its id and its file, `ops:ops.key`.
enum DigestKeyText {
    /// Reads the key.
    ///
    /// - Throws: `CoAPError`: `invalidArgument` for what is no id and file, `fileUnavailable`, `invalidCredentials` for what is no
    ///   key.
    static func key(_ text: String) throws(CoAPError) -> DigestKey {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw CoAPError(
                .invalidArgument,
                "--digest-key '\(PrintableText.escaped(text.utf8))' is no id and file: write ID:FILE, such as ops:ops.key"
            )
        }
        let file = String(parts[1])
        let name = file == "-" ? "the standard input" : PrintableText.escaped(file.utf8)
        let key: Result<Secret, CoAPError> = try SecretInput.read(file).withBytes { bytes in
            Result { () throws(CoAPError) in try KeyText.key(inFile: bytes, named: name) }
        }
        return try DigestKey(id: String(parts[0]), key: try key.get())
    }
}
