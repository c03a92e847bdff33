// SPDX-License-Identifier: Apache-2.0

import CoAP

/// How a running server gets other credentials.
enum CredentialReload {
    /// Gives a server other credentials; sessions whose key or certificate is good no more are closed.
    ///
    /// - Returns: how many sessions were closed; nil when that is not known.
    /// - Throws: `CoAPError` when the server cannot use them; it keeps what it has.
    static func reload(_ server: CoAPServer, _ security: ServerSecurity) async throws(CoAPError) -> Int? {
        nil
    }
}
