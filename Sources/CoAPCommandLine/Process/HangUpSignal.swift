// SPDX-License-Identifier: Apache-2.0

import CoAP
import Dispatch
import Glibc

/// SIGHUP, by which an operator has a server read its files again.
enum HangUpSignal {
    private static let readers = Locked<[AsyncStream<Void>.Continuation]>([])

    /// Each one from now on, once ``listen()`` was called; several that were not read count as one.
    static func stream() -> AsyncStream<Void> {
        let (stream, reader) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        readers.withLock { $0.append(reader) }
        return stream
    }

    /// Listens from now on; without it the signal would end the process.
    ///
    /// - Returns: what must be kept as long as it is to be heard.
    static func listen() -> [any DispatchSourceSignal] {
        StopSignals([SIGHUP]).deliver { _ in for reader in readers.withLock({ $0 }) { reader.yield() } }
    }
}
