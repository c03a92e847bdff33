// SPDX-License-Identifier: Apache-2.0

/// Deadlines in order: a binary heap of moments with the values that fall due at them.
package struct TimerQueue<Value> {
    /// Names an entry; never used twice.
    package struct ID: Hashable, Sendable { fileprivate let number: UInt64 }

    private var heap: [(deadline: MonotonicTime, number: UInt64)] = []
    private var values: [UInt64: Value] = [:]
    private var next: UInt64 = 0

    /// A queue without deadlines.
    package init() {}

    /// How many deadlines stand.
    package var count: Int { values.count }

    /// The next deadline; nil when there is none.
    package mutating func earliest() -> MonotonicTime? {
        dropCancelled()
        return heap.first?.deadline
    }

    /// Adds a value that falls due at a deadline.
    package mutating func add(_ value: Value, at deadline: MonotonicTime) -> ID {
        next += 1
        values[next] = value
        heap.append((deadline, next))
        siftUp(heap.count - 1)
        return ID(number: next)
    }

    /// Takes a deadline back; true when it still stood.
    @discardableResult
    package mutating func cancel(_ id: ID) -> Bool {
        guard values.removeValue(forKey: id.number) != nil else { return false }
        // Cancelled entries stay in the heap until they surface, but never outnumber the living ones for long.
        if heap.count > 64, heap.count > 2 * values.count {
            heap.removeAll { values[$0.number] == nil }
            heap.sort { $0.deadline < $1.deadline }
        }
        return true
    }

    /// Takes out the value with the earliest deadline when that has passed.
    package mutating func popDue(at now: MonotonicTime) -> Value? {
        dropCancelled()
        guard let first = heap.first, first.deadline <= now else { return nil }
        removeFirst()
        return values.removeValue(forKey: first.number)
    }

    private mutating func dropCancelled() {
        while let first = heap.first, values[first.number] == nil { removeFirst() }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].deadline < heap[least].deadline { least = child }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
