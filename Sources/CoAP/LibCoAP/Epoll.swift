// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import Glibc

/// Names the calling thread, for debuggers and `ps`.
func nameThread(_ name: String) { ccoap_thread_name(name) }

/// A set of descriptors to wait for.
package final class Epoll {
    private let descriptor: Int32
    private let events: UnsafeMutableBufferPointer<epoll_event>

    /// An empty set.
    ///
    /// - Throws: `CoAPError` with code `internal` when the system has no descriptor left.
    package init() throws(CoAPError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .system("cannot create an epoll descriptor") }
        events = .allocate(capacity: 64)
        events.initialize(repeating: epoll_event())
    }

    deinit {
        events.deallocate()
        close(descriptor)
    }

    /// Adds a descriptor.
    ///
    /// - Throws: `CoAPError` with code `internal` when the system does not watch it.
    package func add(_ watched: Int32) throws(CoAPError) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.fd = watched
        guard epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event) == 0 else {
            throw .system("cannot watch a descriptor")
        }
    }

    /// Takes a descriptor out.
    package func remove(_ watched: Int32) { epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, nil) }

    /// Waits until a descriptor can be read or the time is over (-1: for ever), then calls the closure for each.
    package func wait(milliseconds: Int32, _ body: (Int32) -> Void) {
        let count = epoll_wait(descriptor, events.baseAddress, Int32(events.count), milliseconds)
        for event in events.prefix(Int(max(0, count))) { body(event.data.fd) }
    }
}
