// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LinkModel

@Suite("What becomes of datagrams on a link")
struct LinkPlanTests {
    private static let count = 100_000

    private static func faults(_ change: (inout LinkFaults) -> Void) -> LinkFaults {
        var faults = LinkFaults()
        change(&faults)
        return faults
    }

    /// The fates of datagrams of 100 bytes, sent a millisecond after one another.
    private static func fates(
        _ faults: LinkFaults, seed: UInt64 = 1, stream: UInt64 = 0, count: Int = count
    ) -> [LinkFate] {
        var plan = LinkPlan(faults, seed: seed, stream: stream)
        return (0..<count).map { plan.next(size: 100, at: .milliseconds($0)) }
    }

    /// Five standard deviations of a share of `count` independent trials.
    private static func tolerance(_ probability: Double, of count: Int = count) -> Double {
        5 * (probability * (1 - probability) / Double(count)).squareRoot()
    }

    private static func share(_ fates: [LinkFate], _ holds: (LinkFate) -> Bool) -> Double {
        Double(fates.count(where: holds)) / Double(fates.count)
    }

    @Test("A link without faults passes everything at once")
    func perfect() {
        #expect(Self.fates(LinkFaults(), count: 1000).allSatisfy { $0 == LinkFate(times: [.zero]) })
    }

    @Test("The same seed decides the same, another one something else")
    func seeded() {
        let faults = Self.faults {
            ($0.loss, $0.duplication, $0.reordering, $0.jitter) = (0.3, 0.3, 0.3, .milliseconds(10))
            $0.burst = BurstLoss(enter: 0.1, leave: 0.3)
        }
        let fates = Self.fates(faults, count: 1000)
        #expect(fates == Self.fates(faults, count: 1000))
        #expect(fates != Self.fates(faults, seed: 2, count: 1000))
    }

    @Test("Losses are as many as they should be, and independent", arguments: [0, 0.01, 0.2, 0.5, 1])
    func uniformLoss(probability: Double) {
        let fates = Self.fates(.loss(probability))
        #expect(abs(Self.share(fates) { $0.loss == .chance } - probability) <= Self.tolerance(probability))
        #expect(fates.allSatisfy { ($0.loss != nil) == $0.times.isEmpty })
        // What becomes of one tells nothing of the next.
        let pairs = zip(fates, fates.dropFirst()).count { $0.loss != nil && $1.loss != nil }
        let both = probability * probability
        #expect(abs(Double(pairs) / Double(fates.count - 1) - both) <= 2 * Self.tolerance(both) + 1e-4)
    }

    @Test("Bursts lose as much as Gilbert and Elliott say", arguments: [0.3, 0.8, 1])
    func burstLoss(lossInBurst: Double) {
        let (enter, leave, outside) = (0.02, 0.25, 0.01)
        let fates = Self.fates(
            Self.faults {
                $0.loss = outside
                $0.burst = BurstLoss(enter: enter, leave: leave, loss: lossInBurst)
            })
        let bad = enter / (enter + leave)
        let expected = bad * lossInBurst + (1 - bad) * outside
        // What happens in a burst goes together: the mean is that of fewer, independent ones.
        let together = 1 + 2 * (1 - enter - leave) / (enter + leave)
        #expect(
            abs(Self.share(fates) { $0.loss != nil } - expected) <= Self.tolerance(expected) * together.squareRoot())
    }

    @Test("Bursts are as long as they should be")
    func burstLength() {
        let (enter, leave) = (0.02, 0.25)
        let fates = Self.fates(Self.faults { $0.burst = BurstLoss(enter: enter, leave: leave) })
        var lengths: [Int] = []
        var gaps: [Int] = []
        for run in fates.map({ $0.loss != nil }).runs {
            if run.value { lengths.append(run.count) } else { gaps.append(run.count) }
        }
        let mean = Double(lengths.reduce(0, +)) / Double(lengths.count)
        let deviation = (1 - leave).squareRoot() / leave / Double(lengths.count).squareRoot()
        #expect(abs(mean - 1 / leave) <= 5 * deviation)
        let gap = Double(gaps.reduce(0, +)) / Double(gaps.count)
        let gapDeviation = (1 - enter).squareRoot() / enter / Double(gaps.count).squareRoot()
        #expect(abs(gap - 1 / enter) <= 5 * gapDeviation)
        // Geometric: a share of `leave` ends with each datagram.
        for length in 1...3 {
            let reaching = lengths.count { $0 >= length }
            let ending = Double(lengths.count { $0 == length }) / Double(reaching)
            #expect(abs(ending - leave) <= Self.tolerance(leave, of: reaching))
        }
    }

    @Test("Jitter is spread evenly over its width, on top of the delay")
    func jitter() {
        let faults = Self.faults { ($0.delay, $0.jitter) = (.milliseconds(20), .milliseconds(10)) }
        let times = Self.fates(faults).compactMap { $0.times.first.map { $0 / .milliseconds(1) } }.sorted()
        #expect(times.count == Self.count)
        #expect(times.allSatisfy { (20..<30).contains($0) })
        // Kolmogorov and Smirnov: the largest distance between what came and what should, at a level of 1 in 1,000.
        let distance = times.enumerated().map { abs(Double($0) / Double(times.count) - ($1 - 20) / 10) }.max() ?? 1
        #expect(distance < 1.95 / Double(times.count).squareRoot())
    }

    @Test(
        "Doubled datagrams are as many as they should be, and both copies take their own time", arguments: [0.005, 0.5])
    func duplication(probability: Double) {
        let fates = Self.fates(
            Self.faults {
                $0.duplication = probability
                $0.jitter = .milliseconds(10)
            })
        let doubled = fates.filter { $0.times.count == 2 }
        #expect(abs(Double(doubled.count) / Double(fates.count) - probability) <= Self.tolerance(probability))
        let later = Double(doubled.count { $0.times[1] > $0.times[0] }) / Double(doubled.count)
        #expect(abs(later - 0.5) <= Self.tolerance(0.5, of: doubled.count))
    }

    @Test("Those that are held back are overtaken, and no others")
    func reordering() {
        let probability = 0.05
        let fates = Self.fates(
            Self.faults {
                $0.reordering = probability
                // Behind the five that follow.
                $0.reorderingDelay = .microseconds(5_500)
            })
        #expect(abs(Self.share(fates, \.isHeldBack) - probability) <= Self.tolerance(probability))
        let arrivals = fates.enumerated().map { (number: $0, time: .milliseconds($0) + ($1.times.first ?? .zero)) }
            .sorted { $0.time < $1.time }.map(\.number)
        let places = Dictionary(uniqueKeysWithValues: arrivals.enumerated().map { ($1, $0) })
        for (number, fate) in fates.enumerated().dropLast(20) {
            let isOvertaken = (number + 1...number + 6).contains { places[$0, default: 0] < places[number, default: 0] }
            // Six in a row that are held back keep their order.
            let followers = fates[(number + 1)...(number + 5)]
            #expect(isOvertaken == (fate.isHeldBack && !followers.allSatisfy(\.isHeldBack)))
        }
    }

    @Test("What is larger than the link takes is lost, headers included")
    func mtu() {
        var plan = LinkPlan(Self.faults { $0.mtu = 1280 }, seed: 1)
        #expect(plan.next(size: 1232, at: .zero).times == [.zero])
        #expect(plan.next(size: 1233, at: .zero) == LinkFate(loss: .tooLarge))
    }

    @Test("A narrow link sends one after the other, and loses what finds no place")
    func bandwidth() {
        // A datagram of 952 bytes takes a second.
        var plan = LinkPlan(
            Self.faults { ($0.bandwidth, $0.queue, $0.delay) = (8_000, 2_000, .milliseconds(10)) }, seed: 1)
        var arrivals: [Duration?] = []
        for time in [0, 0, 0, 0, 2, 10] as [Int] {
            let fate = plan.next(size: 952, at: .seconds(time))
            arrivals.append(fate.times.first)
            #expect((fate.loss == .overflow) == fate.times.isEmpty)
        }
        #expect(arrivals == [1010, 2010, 3010, nil, 2010, 1010].map { (time: Int?) in time.map { .milliseconds($0) } })
        // One that is sent, and lost on the way, takes its time all the same.
        var losing = LinkPlan(Self.faults { ($0.bandwidth, $0.loss) = (8_000, 0.5) }, seed: 1)
        let fates = (0..<8).map { _ in losing.next(size: 952, at: .zero) }
        #expect(fates.contains { $0.loss == .chance })
        for (number, fate) in fates.enumerated() where fate.loss == nil {
            #expect(fate.times == [.seconds(number + 1)])
        }
    }

    @Test("What is done to one datagram does not change the others' fate")
    func independentDatagrams() {
        let faults = Self.faults {
            ($0.loss, $0.jitter, $0.burst) = (0.2, .milliseconds(9), BurstLoss(enter: 0.1, leave: 0.2))
        }
        var (plan, other) = (LinkPlan(faults, seed: 3), LinkPlan(Self.narrowed(faults), seed: 3))
        for number in 0..<1000 {
            let size = number.isMultiple(of: 3) ? 2_000 : 100
            let (fate, otherFate) = (plan.next(size: size, at: .zero), other.next(size: size, at: .zero))
            if size > 1_500 { #expect(otherFate.loss == .tooLarge) } else { #expect(fate == otherFate) }
        }
    }

    private static func narrowed(_ faults: LinkFaults) -> LinkFaults {
        var faults = faults
        faults.mtu = 1_500
        return faults
    }

    @Test("Streams of one seed have nothing in common")
    func independentStreams() {
        let streams = (0..<8).map { stream in
            Self.fates(.loss(0.5), stream: UInt64(stream), count: 20_000).map { $0.loss != nil }
        }
        for one in streams.indices {
            for other in streams.indices where other > one {
                for shift in 0..<4 {
                    let same = zip(streams[one].dropFirst(shift), streams[other]).count { $0 == $1 }
                    #expect(abs(Double(same) / Double(20_000 - shift) - 0.5) <= Self.tolerance(0.5, of: 20_000))
                }
            }
        }
    }

    @Test("Values that make no sense are found")
    func validity() {
        #expect(LinkFaults().isValid)
        let changes: [(inout LinkFaults) -> Void] = [
            { $0.loss = 1.1 }, { $0.loss = .nan }, { $0.duplication = -0.1 }, { $0.delay = .seconds(-1) },
            { $0.mtu = 0 },
            { $0.bandwidth = 0 }, { $0.bandwidth = .infinity }, { $0.bandwidth = .nan }, { $0.queue = -1 },
            { $0.burst = BurstLoss(enter: 2, leave: 0) }, { $0.burst = BurstLoss(enter: 0, leave: 0, loss: .nan) },
            { $0.flippedPayloadBit = -1 },
        ]
        for change in changes { #expect(!Self.faults(change).isValid) }
    }

    @Test("Every datagram is counted once, with what became of it")
    func counts() {
        var counts = LinkCounts()
        counts.add(LinkFate(times: [.zero]), isFlipped: true, isStopped: false)
        counts.add(LinkFate(times: [.zero, .zero], isHeldBack: true), isFlipped: false, isStopped: false)
        counts.add(LinkFate(loss: .chance), isFlipped: true, isStopped: false)
        counts.add(LinkFate(loss: .tooLarge), isFlipped: false, isStopped: false)
        counts.add(LinkFate(loss: .overflow), isFlipped: false, isStopped: false)
        counts.add(LinkFate(times: [.zero, .zero], isHeldBack: true), isFlipped: true, isStopped: true)
        #expect((counts.received, counts.lost, counts.tooLarge, counts.overflowed) == (6, 4, 1, 1))
        #expect((counts.duplicated, counts.reordered, counts.flipped) == (1, 1, 1))
    }
}

extension [Bool] {
    /// Equal values in a row, with how many there are.
    fileprivate var runs: [(value: Bool, count: Int)] {
        var runs: [(value: Bool, count: Int)] = []
        for value in self {
            if runs.last?.value == value { runs[runs.count - 1].count += 1 } else { runs.append((value, 1)) }
        }
        return runs
    }
}
