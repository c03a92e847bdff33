// SPDX-License-Identifier: Apache-2.0

/// The moments at which something happens: once, or at random by a rate (a Poisson process). They do not depend on when anybody
/// looks.
struct Occurrences: Sendable {
    /// When it happens next, in seconds since the start; infinite when never again.
    private(set) var next: Double
    private let interval: Double
    private var stream: RandomStream

    /// Happens once.
    init(at time: Double) {
        next = time
        interval = .infinity
        stream = RandomStream(seed: 0, name: "")
    }

    /// Happens at random, 10 times a second at most.
    ///
    /// - Parameter interval: the mean time between two, in seconds; infinite for never.
    init(every interval: Double, stream: RandomStream) {
        self.interval = interval > 0 ? max(0.1, interval) : .infinity
        self.stream = stream
        next = 0
        move()
    }

    /// Goes on to the next one.
    mutating func move() { next = interval < .infinity ? next + stream.exponential(mean: interval) : .infinity }
}
