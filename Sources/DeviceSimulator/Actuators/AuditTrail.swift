// SPDX-License-Identifier: Apache-2.0

/// The newest records of who set which actuator. What was refused has a place of its own: whoever is refused again and again makes
/// none forgotten that was done.
struct AuditTrail: Hashable, Sendable {
    /// How many are kept of those that were refused, and of the others.
    static let capacity = 1_000

    private struct Entry: Hashable {
        var number: Int
        var record: ActuatorAudit
    }

    private struct Ring: Hashable {
        var entries: [Entry] = []
        var next = 0

        mutating func add(_ entry: Entry) {
            if entries.count < AuditTrail.capacity {
                entries.append(entry)
            } else {
                entries[next] = entry
                next = (next + 1) % AuditTrail.capacity
            }
        }
    }

    private var done = Ring()
    private var refused = Ring()
    private var count = 0

    /// Adds a record; the oldest one of its kind goes where there is no room.
    mutating func add(_ record: ActuatorAudit) {
        count += 1
        let entry = Entry(number: count, record: record)
        if case .refused = record.verdict { refused.add(entry) } else { done.add(entry) }
    }

    /// The records, the oldest one first.
    var records: [ActuatorAudit] {
        (done.entries + refused.entries).sorted { $0.number < $1.number }.map(\.record)
    }
}
