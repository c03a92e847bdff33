// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A mutex around a value.
///
/// A pthread mutex and not `Synchronization.Mutex`, whose slow path the thread sanitizer cannot see (Swift 6.3.1).
package final class Locked<Value>: @unchecked Sendable {
    // Sendable: the value is touched only while the mutex is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    /// Guards a value.
    package init(_ value: sending Value) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        self.value = value
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs the closure with the value while nobody else can touch it; it must be short.
    package func withLock<Result: ~Copyable>(_ body: (inout Value) throws -> sending Result) rethrows -> sending Result
    {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
