// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Loads a server over DTLS through the client of this library, every task on the client's own loop.
struct SecureLoad {
    let plan: LoadPlan
    let security: ClientSecurity

    /// Loads the server until the plan's time is over.
    ///
    /// - Throws: ``CoAPError`` when a session cannot be opened, `CancellationError`.
    func run() async throws -> LoadResult {
        var configuration = ClientConfiguration()
        configuration.transmission.maximumOutstanding = min(255, plan.window)
        configuration.requestTimeout = .seconds(5)
        let plan = plan
        let (openings, opened) = AsyncStream.makeStream(of: Void.self)
        let gate = Gate()
        return try await withThrowingTaskGroup(of: LoadResult?.self) { group in
            for _ in 0..<plan.connections {
                group.addTask { [security, configuration] in
                    try await CoAPClient.withSession(to: plan.uri, security: security, configuration: configuration) {
                        session in
                        opened.yield()
                        let start = await gate.wait()
                        return await Self.load(session, plan, from: start)
                    }
                }
            }
            group.addTask {
                var waiting = plan.connections
                for await _ in openings {
                    waiting -= 1
                    if waiting == 0 { break }
                }
                let start = MonotonicTime.now + plan.warmUp
                await gate.open(start)
                try await Task.sleep(for: plan.warmUp)
                let before = plan.serverProcess.flatMap(ProcessTime.cpu)
                try await Task.sleep(for: plan.duration)
                guard let before, let after = plan.serverProcess.flatMap(ProcessTime.cpu) else { return nil }
                var result = LoadResult()
                result.serverCPU = after - before
                return result
            }
            var total = LoadResult()
            for try await part in group {
                guard let part else { continue }
                total.merge(part)
                if let cpu = part.serverCPU { total.serverCPU = cpu }
            }
            try Task.checkCancellation()
            total.elapsed = plan.duration
            return total
        }
    }

    private static func load(_ session: ClientSession, _ plan: LoadPlan, from start: MonotonicTime) async -> LoadResult
    {
        let end = start + plan.duration
        return await withTaskGroup(of: LoadResult.self) { group in
            for _ in 0..<plan.window {
                group.addTask(executorPreference: session.executor) {
                    var result = LoadResult()
                    while true {
                        let sent = MonotonicTime.now
                        if sent >= end || Task.isCancelled { return result }
                        let response = try? await session.request(plan.request)
                        let now = MonotonicTime.now
                        guard sent >= start, now < end else { continue }
                        result.note(
                            success: response?.code.isSuccess == true,
                            microseconds: UInt32(clamping: (now - sent).clampedNanoseconds / 1000))
                    }
                }
            }
            return await group.reduce(into: LoadResult()) { $0.merge($1) }
        }
    }

    /// Lets every connection start at the same moment.
    private actor Gate {
        private var start: MonotonicTime?
        private var waiting: [CheckedContinuation<MonotonicTime, Never>] = []

        func wait() async -> MonotonicTime {
            if let start { return start }
            return await withCheckedContinuation { waiting.append($0) }
        }

        func open(_ start: MonotonicTime) {
            self.start = start
            for continuation in waiting { continuation.resume(returning: start) }
            waiting.removeAll()
        }
    }
}
