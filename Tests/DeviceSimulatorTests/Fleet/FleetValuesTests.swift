// SPDX-License-Identifier: Apache-2.0

import CoAP
import LinkModel
import Testing

@testable import DeviceSimulator

@Suite("What a fleet counts with")
struct FleetValuesTests {
    @Test("Percentiles are good to 3 %")
    func percentiles() throws {
        var numbers = SeededNumbers(seed: 3)
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(0.5) == nil)
        // From a tenth of a millisecond to ten seconds, evenly on a logarithmic scale.
        var times: [Double] = []
        for _ in 0..<20_000 {
            let unit = Double(numbers.next() >> 11) * 0x1p-53
            var time = 1e-4
            for _ in 0..<5 { time *= 1 + 9 * unit * unit }
            times.append(time)
            histogram.add(time)
        }
        times.sort()
        for share in [0.01, 0.5, 0.9, 0.99, 0.999] {
            let exact = times[Int((share * 20_000).rounded(.up)) - 1]
            let found = try #require(histogram.percentile(share))
            #expect(abs(found / exact - 1) < 0.03, "p\(share * 100): \(found), not \(exact)")
        }
        #expect(histogram.percentile(1) == times.last)
        #expect(histogram.maximum == times.last)
        #expect(histogram.count == 20_000)
    }

    @Test("One time is every percentile")
    func one() throws {
        var histogram = LatencyHistogram()
        histogram.add(0.25)
        for share in [0, 0.5, 1] { #expect(histogram.percentile(share) == 0.25) }
        histogram.add(.nan)
        #expect(histogram.count == 1)
        // What is beyond both ends counts, too.
        histogram.add(0)
        histogram.add(1e9)
        #expect(histogram.count == 3)
        #expect(histogram.percentile(1) == 1e9)
    }

    @Test("Devices are due in the order of times, then of numbers")
    func due() {
        var numbers = SeededNumbers(seed: 4)
        var queue = DueQueue()
        var expected: [(time: Double, device: Int)] = []
        for device in 0..<500 {
            let time = Double(numbers.next() % 50)
            queue.add(device, at: time)
            expected.append((time, device))
        }
        expected.sort { ($0.time, $0.device) < ($1.time, $1.device) }
        #expect(queue.next == expected.first?.time)
        var found: [Int] = []
        for moment in 0..<25 { while let due = queue.pop(at: Double(moment)) { found.append(due.device) } }
        #expect(found == expected.filter { $0.time < 25 }.map(\.device))
        #expect(queue.next == expected.first { $0.time >= 25 }?.time)
    }

    @Test("Pauses grow to their limit, differ between devices and follow from the seed")
    func pauses() {
        var first = RetryPause(seed: 1, device: "a")
        var again = RetryPause(seed: 1, device: "a")
        var other = RetryPause(seed: 1, device: "b")
        let pauses = (0..<12).map { _ in first.next() }
        #expect(pauses == (0..<12).map { _ in again.next() })
        #expect(pauses != (0..<12).map { _ in other.next() })
        for (number, pause) in pauses.enumerated() {
            let whole = min(RetryPause.longest, Double(1 << number))
            #expect((whole / 2...whole).contains(pause))
        }
        first.reset()
        #expect(first.next() <= 1)
    }

    @Test("What is under way stays, however many come")
    func queue() {
        var queue = ReportQueue()
        var lost = 0
        for number in 1...6 {
            lost += queue.add(StoredReport(number: number, payload: [1]), limit: 3, keepsFirst: number > 3)
        }
        #expect(lost == 3)
        var left: [Int] = []
        while let report = queue.first {
            left.append(report.number)
            queue.removeFirst()
        }
        #expect(left == [1, 5, 6])
        #expect(queue.isEmpty)
    }

    @Test("A queue stays small, however many pass through it")
    func passing() {
        var queue = ReportQueue()
        for number in 1...1_000 {
            #expect(queue.add(StoredReport(number: number, payload: []), limit: 100, keepsFirst: false) == 0)
            if number > 50 {
                #expect(queue.first?.number == number - 50)
                queue.removeFirst()
            }
        }
        #expect(queue.count == 50)
        #expect(queue.removeAll() == 50)
        #expect(queue.isEmpty)
    }

    @Test("More open files than the system allows are refused in words")
    func openFiles() throws {
        #expect(try OpenFiles.allow(10) >= 10)
        let error = #expect(throws: CoAPError.self) { try OpenFiles.allow(1 << 40) }
        #expect(error?.code == .limitReached)
        #expect(error?.message.contains("ulimit -Hn") == true)
    }
}
