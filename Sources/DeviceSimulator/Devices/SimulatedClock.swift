// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Simulated time beside the real one.
struct SimulatedClock: Sendable {
    /// The date at simulated time 0, in seconds since 1970.
    let start: Double
    /// How many simulated seconds pass in a real one.
    let speed: Double
    private let clock: @Sendable () -> Double
    private let origin: Double

    /// - Parameters:
    ///   - start: the simulated date now, in seconds since 1970.
    ///   - speed: simulated seconds a second; above 0.
    ///   - clock: real seconds, from any moment on.
    init(start: Double, speed: Double, clock: @escaping @Sendable () -> Double) {
        self.start = start
        self.speed = speed
        self.clock = clock
        origin = clock()
    }

    /// Simulated seconds since the start.
    var now: Double { max(0, clock() - origin) * speed }

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
