// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeviceSimulator

@Suite("Random numbers of components")
struct RandomStreamTests {
    @Test("Normal numbers have the moments and the tails of the normal distribution", arguments: [UInt64(1), 2, 99])
    func gaussian(seed: UInt64) {
        var stream = RandomStream(seed: seed, name: "noise")
        let count = 200_000
        let numbers = (0..<count).map { _ in stream.gaussian() }
        // Four standard errors each.
        #expect(abs(numbers.mean) < 4 / Double(count).squareRoot())
        #expect(abs(numbers.variance - 1) < 4 * (2 / Double(count)).squareRoot())
        let third = numbers.map { $0 * $0 * $0 }.mean
        let fourth = numbers.map { $0 * $0 * $0 * $0 }.mean
        #expect(abs(third) < 4 * (15 / Double(count)).squareRoot())
        #expect(abs(fourth - 3) < 4 * (96 / Double(count)).squareRoot())
        for (limit, share) in [(1.0, 0.317_311), (2, 0.045_500), (3, 0.002_700)] {
            let found = Double(numbers.count { abs($0) > limit }) / Double(count)
            #expect(abs(found - share) < 4 * (share / Double(count)).squareRoot(), "beyond \(limit)")
        }
        #expect(abs(numbers.correlation(at: 1)) < 4 / Double(count).squareRoot())
    }

    @Test("Waiting times have the mean and the deviation of the exponential distribution")
    func exponential() {
        var stream = RandomStream(seed: 5, name: "events")
        let times = (0..<100_000).map { _ in stream.exponential(mean: 40) }
        #expect(times.allSatisfy { $0 >= 0 && $0.isFinite })
        #expect(abs(times.mean - 40) < 4 * 40 / 100_000.0.squareRoot())
        #expect(abs(times.variance.squareRoot() - 40) < 1)
    }

    @Test("Occurrences come by their rate, as a Poisson process")
    func occurrences() {
        var counts: [Double] = []
        for device in 0..<500 {
            var moments = Occurrences(every: 600, stream: RandomStream(seed: 3, name: "device-\(device)"))
            var count = 0.0
            while moments.next < 36_000 {
                count += 1
                moments.move()
            }
            counts.append(count)
        }
        // 60 each on average, and as much variance.
        #expect(abs(counts.mean - 60) < 4 * (60.0 / 500).squareRoot())
        #expect(abs(counts.variance - 60) < 4 * 60 * (2.0 / 500).squareRoot())
        var once = Occurrences(at: 7)
        #expect(once.next == 7)
        once.move()
        #expect(once.next == .infinity)
        #expect(Occurrences(every: .infinity, stream: RandomStream(seed: 1, name: "")).next == .infinity)
    }

    @Test("Streams of other names and seeds are others")
    func independence() {
        let first = { (seed: UInt64, name: String) in
            var stream = RandomStream(seed: seed, name: name)
            return (0..<1_000).map { _ in stream.gaussian() }
        }
        #expect(first(1, "a") == first(1, "a"))
        let pairs = [
            (first(1, "a"), first(1, "b")), (first(1, "a"), first(2, "a")), (first(1, "a1"), first(1, "a2")),
            // Letters that differ as the seeds do.
            (first(1, "a-1/x"), first(2, "b-1/x")),
        ]
        for (one, other) in pairs {
            #expect(one != other)
            #expect(abs(zip(one, other).map { $0 * $1 }.mean) < 4 / 1_000.0.squareRoot())
        }
    }
}
