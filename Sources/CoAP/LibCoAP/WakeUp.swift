// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// Ends the loop's wait from another thread, through an eventfd.
final class WakeUp: Sendable {
    let fileDescriptor: Int32

    init() throws(CoAPError) {
        fileDescriptor = ccoap_eventfd()
        guard fileDescriptor >= 0 else { throw .system("cannot create an eventfd") }
    }

    deinit { close(fileDescriptor) }

    /// Ends the present or next wait.
    func signal() {
        var one: UInt64 = 1
        _ = write(fileDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes the signal back.
    func clear() {
        var count: UInt64 = 0
        _ = read(fileDescriptor, &count, MemoryLayout<UInt64>.size)
    }
}
