// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// Where libcoap copies a pre-shared key from, right after its callback returned. Confined to its context's loop.
final class StagedKey {
    private let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 1)
    private let reference = UnsafeMutablePointer<coap_bin_const_t>.allocate(capacity: 1)

    init() { reference.initialize(to: coap_bin_const_t()) }

    deinit {
        if let base = bytes.baseAddress { explicit_bzero(base, bytes.count) }
        bytes.deallocate()
        reference.deallocate()
    }

    /// Puts a key there until the next one comes; nil when it has a length that DTLS cannot carry.
    func stage(_ key: Secret) -> UnsafePointer<coap_bin_const_t>? {
        guard key.count > 0, key.count <= bytes.count else { return nil }
        key.withBytes { bytes.copyMemory(from: $0) }
        reference.pointee.length = key.count
        reference.pointee.s = UnsafePointer(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        return UnsafePointer(reference)
    }
}
