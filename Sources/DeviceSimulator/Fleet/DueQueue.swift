// SPDX-License-Identifier: Apache-2.0

/// Devices by when they are due, the earliest first, then the one with the smallest number: a binary heap.
struct DueQueue {
    private struct Entry {
        var time: Double
        var device: Int32

        static func < (lhs: Entry, rhs: Entry) -> Bool {
            lhs.time < rhs.time || (lhs.time == rhs.time && lhs.device < rhs.device)
        }
    }

    private var heap: [Entry] = []

    /// When the first is due; nil when there is none.
    var next: Double? { heap.first?.time }

    /// How many entries there are.
    var count: Int { heap.count }

    mutating func add(_ device: Int, at time: Double) {
        heap.append(Entry(time: time, device: Int32(truncatingIfNeeded: device)))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the first out that is due at a time.
    mutating func pop(at time: Double) -> (device: Int, time: Double)? {
        guard let first = heap.first, first.time <= time else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (Int(first.device), first.time)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2) where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
