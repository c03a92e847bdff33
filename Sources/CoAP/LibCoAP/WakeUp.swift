// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// Ends a thread's wait from another one, through an eventfd.
package final class WakeUp: Sendable {
    /// What becomes readable by the signal.
    package let fileDescriptor: Int32

    /// A wake-up without a signal.
    ///
    /// - Throws: `CoAPError` with code `internal` when the system has no descriptor left.
    package init() throws(CoAPError) {
        fileDescriptor = ccoap_eventfd()
        guard fileDescriptor >= 0 else { throw .system("cannot create an eventfd") }
    }

    deinit { close(fileDescriptor) }

    /// Ends the present or next wait.
    package func signal() {
        var one: UInt64 = 1
        _ = write(fileDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes the signal back.
    package func clear() {
        var count: UInt64 = 0
        _ = read(fileDescriptor, &count, MemoryLayout<UInt64>.size)
    }
}
