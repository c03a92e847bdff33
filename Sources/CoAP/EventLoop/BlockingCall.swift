// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Runs a call that blocks, such as a name's resolution, on a thread of its own.
package enum BlockingCall {
    /// Starts a thread for the closure; it must end by itself.
    ///
    /// - Throws: `CoAPError` with code `internal` when the system has no thread left.
    package static func start(_ body: @escaping @Sendable () -> Void) throws(CoAPError) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard result == 0 else {
            box.release()
            throw .system("cannot start a thread", number: result)
        }
        pthread_detach(thread)
    }
}
