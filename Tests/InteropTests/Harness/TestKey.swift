// SPDX-License-Identifier: Apache-2.0

import CoAP

/// The pre-shared key of the tests. Of 16 bytes, as tinydtls takes no more; of text, as libcoap's programs take it.
enum TestKey {
    static let identity = "device-1"
    static let key = "sixteen bytes ok"
    static let wrong = "not that one, no"

    /// For aiocoap's programs.
    static let pair = (identity: identity, key: key)

    /// For libcoap's clients.
    static let clientArguments = ["-u", identity, "-k", key]

    /// For the library's server.
    static func table() throws -> PreSharedKeyTable {
        try PreSharedKeyTable([PreSharedKey(identity: identity, key: Secret(key.utf8))])
    }

    /// For the library's client.
    static func client(identity: String = identity, key: String = key) throws -> ClientSecurity {
        try .preSharedKey(identity: identity, key: Secret(key.utf8))
    }
}
