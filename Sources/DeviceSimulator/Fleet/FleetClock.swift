// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What a fleet takes for real time, in seconds from any start.
protocol FleetClock: Sendable {
    var now: Double { get }

    /// True where time stands still until everything that is under way is done: then nothing needs to be waited for.
    var waitsForAll: Bool { get }

    /// Returns at a time, or earlier when the task is cancelled.
    func sleep(until time: Double) async
}

/// The system's time.
struct SystemFleetClock: FleetClock {
    var now: Double { Double(MonotonicTime.now.nanoseconds) / 1e9 }
    var waitsForAll: Bool { false }

    func sleep(until time: Double) async { try? await Task.sleep(for: .seconds(min(max(0, time - now), 1e9))) }
}

/// Time that jumps to whatever is waited for.
final class JumpingFleetClock: FleetClock {
    private let time = Locked(0.0)

    var now: Double { time.withLock { $0 } }
    var waitsForAll: Bool { true }

    func sleep(until time: Double) async {
        self.time.withLock { $0 = max($0, time) }
        await Task.yield()
    }
}
