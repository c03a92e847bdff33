// SPDX-License-Identifier: Apache-2.0

/// The newest records of who set which actuator.
struct AuditTrail: Hashable, Sendable {
    /// How many are kept.
    static let capacity = 1_000

    private var ring: [ActuatorAudit] = []
    private var next = 0

    /// Adds a record; the oldest one goes where there is no room.
    mutating func add(_ record: ActuatorAudit) {
        if ring.count < Self.capacity {
            ring.append(record)
        } else {
            ring[next] = record
            next = (next + 1) % Self.capacity
        }
    }

    /// The records, the oldest one first.
    var records: [ActuatorAudit] { Array(ring[next...] + ring[..<next]) }
}
