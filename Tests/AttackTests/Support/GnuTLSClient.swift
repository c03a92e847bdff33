// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import TestSupport

/// A client that can say identities OpenSSL's cannot, in `Peers/gnutls_psk_client.py`.
enum GnuTLSClient {
    /// False without Python or GnuTLS.
    static let isThere = ["x86_64", "aarch64"].contains { machine in
        ["/usr/bin/python3", "/usr/lib/\(machine)-linux-gnu/libgnutls.so.30"].allSatisfy {
            FileManager.default.fileExists(atPath: $0)
        }
    }

    /// Makes a handshake with a port of 127.0.0.1 and sends a request; true when it is answered.
    @discardableResult
    static func ask(_ port: UInt16, _ request: RawRequest, identity: String, key: Secret) async throws -> Bool {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Peers/gnutls_psk_client.py").path
        let result = try await RunningProgram.run(
            "python3",
            [
                script, "\(port)", Hexadecimal.encode(Array(identity.utf8)), AttackFolder.digits(key),
                Hexadecimal.encode(request.bytes),
            ])
        return result.status == 0
    }
}
