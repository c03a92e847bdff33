// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import DeviceSimulator

@Suite("Signals")
struct SignalTests {
    @Test("Constants, steps, ramps and sines follow their formulas")
    func formulas() {
        #expect(Signal.constant(3).values(count: 2) == [3, 3])
        #expect(Signal.step(from: 1, to: 2, at: 2).values(count: 4) == [1, 1, 2, 2])
        #expect(
            Signal.ramp(from: 10, to: 20, start: 1, duration: 4).values(count: 7) == [10, 10, 12.5, 15, 17.5, 20, 20])
        #expect(Signal.ramp(from: 10, to: 20, start: 1, duration: 0).values(count: 3) == [10, 20, 20])
        let sine = Signal.sine(mean: 5, amplitude: 2, period: 8, phase: 0.25).values(count: 9)
        for (found, wanted) in zip(sine, [7, 5 + 2.0.squareRoot(), 5, 5 - 2.0.squareRoot(), 3]) {
            #expect(abs(found - wanted) < 1e-12)
        }
        #expect(abs(sine[8] - 7) < 1e-12)
    }

    @Test("Sums and factors, nested")
    func sums() {
        let signal = Signal.scaled(
            .sum([.constant(1), .step(from: 0, to: 10, at: 1), .scaled(.step(from: 0, to: 3, at: 2), by: -2)]), by: 0.5)
        #expect(signal.values(count: 3) == [0.5, 5.5, 2.5])
    }

    @Test("A track is replayed in steps or straight lines, once or again and again")
    func replay() {
        let points = [(1.0, 10.0), (2, 20), (4, 40)].map { ReplayTrack.Point(time: $0, value: $1) }
        let once = ReplayTrack(points: points, repeats: false)
        #expect(Signal.replay(once).values(count: 7) == [10, 10, 20, 20, 40, 40, 40])
        // The last point lasts as long as the one before it.
        #expect(Signal.replay(ReplayTrack(points: points)).values(count: 9) == [10, 10, 20, 20, 40, 40, 10, 10, 20])
        var straight = ReplayTrack(points: points, interpolates: true, repeats: false)
        #expect(Signal.replay(straight).values(count: 6) == [10, 10, 20, 30, 40, 40])
        straight.repeats = true
        #expect(Signal.replay(straight).values(count: 8) == [10, 10, 20, 30, 40, 25, 10, 10])
        // Far jumps find the same as small steps.
        let long = ReplayTrack(points: (0..<1_000).map { .init(time: Double($0 * $0), value: Double($0)) })
        let all = Signal.replay(long).values(count: 5_000)
        #expect(Signal.replay(long).values(step: 617, count: 8) == (0..<8).map { all[$0 * 617] })
        #expect(Signal.replay(ReplayTrack(points: [])).values(count: 1)[0].isNaN)
    }

    @Test("A day's plan holds over midnight and begins with the date")
    func daily() {
        let plan = Signal.daily(.init([.init(time: 8 * 3600, value: 1), .init(time: 17 * 3600, value: 2)]))
        let hours = plan.values(step: 3600, count: 48)
        for (hour, value) in hours.enumerated() { #expect(value == (8..<17 ~= hour % 24 ? 1 : 2), "\(hour)") }
        #expect(plan.values(step: 3600, count: 4, start: 1_768_456_800)[...] == [2, 2, 1, 1])
    }

    @Test(
        "A walk has its deviation and its memory, for any step",
        arguments: [(1.0, 60.0), (10, 60), (60, 60), (300, 60), (0.1, 5)])
    func walk(step: Double, timeConstant: Double) {
        let walk = Signal.walk(RandomWalk(mean: 20, deviation: 2, timeConstant: timeConstant))
        let count = 200_000
        let values = walk.values(step: step, count: count, seed: 11)
        #expect(values[0] == 20)
        let memory = exp(-step / timeConstant)
        // As many independent values as there are in it.
        let independent = Double(count) * (1 - memory) / (1 + memory)
        #expect(abs(values.mean - 20) < 4 * 2 / independent.squareRoot())
        let independentSquares = Double(count) * (1 - memory * memory) / (1 + memory * memory)
        #expect(abs(values.variance / 4 - 1) < 4 * (2 / independentSquares).squareRoot())
        for lag in [1, 5] {
            let error = 4 / independent.squareRoot()
            #expect(abs(values.correlation(at: lag) - exp(-step * Double(lag) / timeConstant)) < error, "lag \(lag)")
        }
    }

    @Test("Events come by their rate and last by their length")
    func events() {
        let signal = Signal.events(perDay: 6, length: 600, height: 0.5)
        // 2,000 days, minute by minute.
        let values = signal.values(step: 60, count: 2_000 * 1_440, seed: 4)
        #expect(values.allSatisfy { $0 == 0 || $0 == 0.5 })
        // Without any for as long as none has begun: a queue with as many servers as it takes.
        let busy = 1 - exp(-6.0 * 600 / 86_400)
        #expect(abs(values.mean / 0.5 - busy) < 0.002)
        let begins = zip(values, values.dropFirst()).count { $0 == 0 && $1 > 0 }
        // Those that begin in a gap and are seen by one look a minute at least.
        let seen = 12_000 * (1 - busy) * (600 / 60) * (1 - exp(-0.1))
        #expect(abs(Double(begins) - seen) < 4 * seen.squareRoot() + 60)
    }

    @Test("Events that overlap go on together")
    func overlap() {
        let values = Signal.events(perDay: 8_640, length: 20, height: 3).values(count: 400_000, seed: 2)
        #expect(Set(values) == [0, 3])
        #expect(abs(values.mean / 3 - (1 - exp(-2))) < 0.01)
    }

    @Test("Events and shared signals do not depend on who looks how often")
    func grids() {
        let shared: [String: Signal] = [
            "weather": .sum([
                .walk(RandomWalk(mean: 0, deviation: 3, timeConstant: 3_600)),
                .events(perDay: 40, length: 500, height: 1),
            ]),
            "itself": .sum([.constant(1), .shared("itself")]),
        ]
        let signal = Signal.shared("weather")
        let fine = signal.values(step: 1, count: 3_601, name: "a", shared: shared)
        let coarse = signal.values(step: 60, count: 61, name: "b", shared: shared)
        #expect(coarse == (0..<61).map { fine[$0 * 60] })
        #expect(Set(fine).count > 100)
        // What stands in itself adds nothing, and so does what is not there.
        #expect(Signal.shared("itself").values(count: 1, shared: shared) == [1])
        #expect(Signal.shared("nowhere").values(count: 1, shared: shared) == [0])
    }

    @Test("A shared walk has its deviation, too")
    func sharedWalk() {
        let shared = ["air": Signal.walk(RandomWalk(mean: 5, deviation: 2, timeConstant: 600))]
        let values = Signal.shared("air").values(step: 97, count: 60_000, shared: shared)
        #expect(abs(values.mean - 5) < 0.1)
        #expect(abs(values.variance.squareRoot() - 2) < 0.06)
    }

    @Test("A term more changes no other's values")
    func terms() {
        let walk = Signal.walk(RandomWalk(mean: 0, deviation: 1, timeConstant: 60))
        let alone = Signal.sum([walk, .events(perDay: 500, length: 60, height: 8)]).values(count: 2_000)
        let more = Signal.sum([walk, .constant(100), .events(perDay: 500, length: 60, height: 8), .scaled(walk, by: 0)])
            .values(count: 2_000)
        #expect(zip(alone, more).allSatisfy { abs($0 + 100 - $1) < 1e-9 })
    }
}
