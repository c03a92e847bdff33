// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import CoAP

@Suite("Event loop")
struct EventLoopTests {
    @Test("Deadlines fall due in order, whatever the order they were set in, seeded")
    func timerQueue() {
        var generator = SeededGenerator(seed: 42)
        var queue = TimerQueue<UInt64>()
        var expected: [UInt64] = []
        var cancelled: [TimerQueue<UInt64>.ID] = []
        for _ in 0..<2000 {
            let due = UInt64.random(in: 0..<1_000_000, using: &generator)
            let id = queue.add(due, at: MonotonicTime(nanoseconds: due))
            if Bool.random(using: &generator) { cancelled.append(id) } else { expected.append(due) }
        }
        for id in cancelled {
            let stood = queue.cancel(id)
            #expect(stood)
        }
        for id in cancelled {
            let stood = queue.cancel(id)
            #expect(!stood)
        }
        #expect(queue.count == expected.count)
        var popped: [UInt64] = []
        while let value = queue.popDue(at: MonotonicTime(nanoseconds: 1_000_000)) { popped.append(value) }
        #expect(popped == expected.sorted())
        let found1 = queue.earliest()
        #expect(found1 == nil)
    }

    @Test("Nothing is due before its time")
    func notDue() {
        var queue = TimerQueue<Int>()
        _ = queue.add(1, at: MonotonicTime(nanoseconds: 10))
        let found2 = queue.popDue(at: MonotonicTime(nanoseconds: 9))
        #expect(found2 == nil)
        let found3 = queue.popDue(at: MonotonicTime(nanoseconds: 10))
        #expect(found3 == 1)
    }

    @Test("Closures and timers run on the loop, in order")
    func order() async throws {
        let loop = try EventLoop()
        let order: [Int] = await withCheckedContinuation { continuation in
            loop.submit {
                var seen: [Int] = []
                loop.schedule(after: .milliseconds(20)) {
                    seen.append(3)
                    continuation.resume(returning: seen)
                }
                loop.schedule(after: .milliseconds(5)) { seen.append(2) }
                let never = loop.schedule(after: .milliseconds(1)) { seen.append(99) }
                loop.cancel(never)
                seen.append(1)
            }
        }
        #expect(order == [1, 2, 3])
    }

    @Test("A task that prefers the loop returns to it after every suspension")
    func executorPreference() async throws {
        let loop = try EventLoop()
        let task = Task(executorPreference: loop) {
            let before = loop.isOnLoop
            try await Task.sleep(for: .milliseconds(2))
            return before && loop.isOnLoop
        }
        #expect(try await task.value)
        #expect(!loop.isOnLoop)
    }

    @Test("Loops can be made and let go again and again")
    func lifetime() async throws {
        for _ in 0..<50 {
            let loop = try EventLoop()
            let isOnLoop = await loop.run { loop.isOnLoop }
            #expect(isOnLoop)
        }
    }
}
