// SPDX-License-Identifier: Apache-2.0

import Foundation

/// An authority that revokes by the `openssl` program: what that needs in files, and what it is to be told.
package struct RevokingAuthority: Sendable {
    private let arguments: [String]

    /// Writes the files for an authority that has revoked nobody.
    ///
    /// - Parameters:
    ///   - certificate: the file of its certificate.
    ///   - key: the file of its private key.
    ///   - files: what the paths of the files begin with that are made.
    package init(certificate: String, key: String, files: String) throws {
        let configuration = """
            [ca]
            default_ca = it
            [it]
            database = \(files).revoked
            crlnumber = \(files).number
            default_md = sha256
            default_crl_days = 30

            """
        for (kind, text) in [("revoked", ""), ("number", "01\n"), ("cnf", configuration)] {
            try Data(text.utf8).write(to: URL(filePath: "\(files).\(kind)"))
        }
        arguments = ["ca", "-config", "\(files).cnf", "-cert", certificate, "-keyfile", key]
    }

    /// What has `openssl` revoke the certificate in a file.
    package func revoking(_ certificate: String) -> [String] { arguments + ["-revoke", certificate] }

    /// What has `openssl` write the list of those revoked into a file.
    package func writingList(to file: String) -> [String] { arguments + ["-gencrl", "-out", file] }
}
