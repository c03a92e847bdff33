// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// SHA-256, or HMAC-SHA-256 with a key, of bytes that come piece by piece. For one task at a time.
package final class BodyHasher {
    private let context: OpaquePointer?
    private let key: OpaquePointer?
    private var isWorking: Bool

    /// Begins.
    ///
    /// - Parameter secret: the key of an HMAC; nil for a bare hash.
    package init(key secret: Secret? = nil) {
        context = EVP_MD_CTX_new()
        key = secret?.withBytes { bytes in
            EVP_PKEY_new_raw_private_key(
                EVP_PKEY_HMAC, nil, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        }
        isWorking =
            if secret == nil {
                EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
            } else {
                key != nil && EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1
            }
        // What stays in the thread's queue of errors would be taken for one of a session's.
        if !isWorking { ERR_clear_error() }
    }

    deinit {
        EVP_MD_CTX_free(context)
        EVP_PKEY_free(key)
    }

    /// Adds bytes.
    package func update(_ bytes: [UInt8]) {
        guard isWorking else { return }
        isWorking =
            key == nil
            ? EVP_DigestUpdate(context, bytes, bytes.count) == 1
            : EVP_DigestSignUpdate(context, bytes, bytes.count) == 1
    }

    /// The result, 32 bytes; none when OpenSSL has no memory. To be called once.
    package func finish() -> [UInt8] {
        guard isWorking else { return [] }
        isWorking = false
        return [UInt8](unsafeUninitializedCapacity: PayloadDigest.size) { buffer, count in
            var length = buffer.count
            var shortLength: UInt32 = 0
            let result =
                key == nil
                ? EVP_DigestFinal_ex(context, buffer.baseAddress, &shortLength)
                : EVP_DigestSignFinal(context, buffer.baseAddress, &length)
            count = result == 1 ? PayloadDigest.size : 0
        }
    }
}
