// SPDX-License-Identifier: Apache-2.0

/// A report that waits for the server's answer.
struct StoredReport {
    /// The number by which the server tells copies from others, from 1.
    var number: Int
    /// SenML.
    var payload: [UInt8]
    /// How often the server has refused it for now.
    var refusals = 0
}

/// What a device keeps until the server has it: first in, first out, and no more than there is place for.
struct ReportQueue {
    private var reports: [StoredReport] = []
    private var head = 0

    var count: Int { reports.count - head }
    var isEmpty: Bool { count == 0 }

    /// The one that is the server's next.
    var first: StoredReport? {
        get { isEmpty ? nil : reports[head] }
        set { if !isEmpty, let newValue { reports[head] = newValue } }
    }

    /// Adds a report.
    ///
    /// - Parameters:
    ///   - limit: how many there is place for, from 1.
    ///   - keepsFirst: true while the first is under way and must stay.
    /// - Returns: how many had to go, the oldest first.
    mutating func add(_ report: StoredReport, limit: Int, keepsFirst: Bool) -> Int {
        reports.append(report)
        var lost = 0
        while count > max(1, limit) {
            // The one under way has a place of its own when there is none beside it.
            guard keepsFirst else {
                removeFirst()
                lost += 1
                continue
            }
            guard count > max(2, limit) else { break }
            reports.remove(at: head + 1)
            lost += 1
        }
        return lost
    }

    mutating func removeFirst() {
        guard !isEmpty else { return }
        reports[head].payload = []
        head += 1
        if head == reports.count {
            // Its memory goes back, where a device was cut off for long.
            reports.removeAll(keepingCapacity: reports.count <= 4)
            head = 0
        } else if head > 32, head > reports.count / 2 {
            reports.removeFirst(head)
            head = 0
        }
    }

    /// Gives all up.
    ///
    /// - Returns: how many there were.
    mutating func removeAll() -> Int {
        defer { (reports, head) = ([], 0) }
        return count
    }
}
