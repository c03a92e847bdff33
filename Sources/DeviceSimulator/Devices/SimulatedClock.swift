// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// Simulated time beside the real one. It never is more than a stride ahead of what all devices have come to: where they cannot be
/// computed as fast as time should go, it goes more slowly.
struct SimulatedClock: Sendable {
    /// The date at simulated time 0, in seconds since 1970.
    let start: Double
    /// How many simulated seconds pass in a real one.
    let speed: Double
    private let clock: @Sendable () -> Double
    private let origin: Double
    /// How many simulated seconds devices move on at once, at most.
    let stride: Double
    /// What all devices have come to.
    private let reached = Locked(0.0)

    /// - Parameters:
    ///   - start: the simulated date now, in seconds since 1970.
    ///   - speed: simulated seconds a second; above 0.
    ///   - stride: how many simulated seconds devices move on at once, at most; above 0.
    ///   - clock: real seconds, from any moment on.
    init(start: Double, speed: Double, stride: Double = .infinity, clock: @escaping @Sendable () -> Double) {
        self.start = start
        self.speed = speed
        self.stride = stride
        self.clock = clock
        origin = clock()
    }

    /// Simulated seconds since the start.
    var now: Double { min(due, reached.withLock { $0 } + stride) }

    /// The simulated seconds that should have passed since the start.
    var due: Double { max(0, clock() - origin) * speed }

    /// All devices have come to a time.
    func reach(_ time: Double) { reached.withLock { $0 = max($0, time) } }

    /// Seconds since 1970 at a simulated time.
    func date(at time: Double) -> Double { start + time }

    /// For how many whole real seconds a simulated time is to be waited for; at least one.
    func wait(_ simulated: Double) -> UInt32 {
        let seconds = (simulated / speed).rounded(.up)
        return seconds >= 1 ? UInt32(min(seconds, 4e9)) : 1
    }

    /// The system's date in seconds since 1970.
    static var date: Double { read(CLOCK_REALTIME) }

    /// Real seconds that no change of the date moves.
    static let monotonic: @Sendable () -> Double = { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
