// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// HMAC with SHA-256.
enum MessageAuthentication {
    /// The code of a text under a key, 32 bytes; empty when OpenSSL has no memory.
    static func code(of text: [UInt8], key: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length: UInt32 = 0
            let result = HMAC(
                EVP_sha256(), key, Int32(key.count), text, text.count, buffer.baseAddress, &length)
            count = result == nil ? 0 : Int(min(length, 32))
        }
    }
}
