// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc

/// SIGHUP, by which an operator has a server read its files again.
enum HangUpSignal {
    private static let made = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Each one since ``listen()`` was called, for one reader; several that nobody has read count as one.
    static var stream: AsyncStream<Void> { made.stream }

    /// Listens from now on; without it the signal would end the process.
    ///
    /// - Returns: what must be kept as long as it is to be heard.
    static func listen() -> [any DispatchSourceSignal] {
        StopSignals([SIGHUP]).deliver { _ in made.continuation.yield() }
    }
}
