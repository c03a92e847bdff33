// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials

/// Has files read again that a running server goes by.
enum Reloading {
    /// Calls a closure when the files change and when SIGHUP comes, until the task is cancelled; never twice at once, so that what
    /// was read last is what the server has last.
    ///
    /// - Parameters:
    ///   - watch: a watch on the files that is older than what was read from them.
    ///   - hangUps: asks for reading at once, each time it has an element.
    ///   - read: reads them.
    static func run(
        _ watch: FileWatch, hangUps: AsyncStream<Void> = HangUpSignal.stream(),
        _ read: @escaping @Sendable () async -> Void
    ) async {
        let (triggers, trigger) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup { group in
            group.addTask { await watch.run { trigger.yield() } }
            group.addTask { for await _ in hangUps { trigger.yield() } }
            group.addTask { for await _ in triggers { await read() } }
        }
    }
}
