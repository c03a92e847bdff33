// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

/// What a ``ReportCollector`` knows of one device.
struct ReportingDevice {
    /// A value that was reported.
    struct Value {
        var name: String
        var value: Double
        var unit: String
    }

    /// How many reports came, each counted once.
    private(set) var count = 0
    /// How many came again.
    private(set) var duplicates = 0
    /// The newest value of each name, in the order they came first.
    private(set) var values: [Value] = []
    /// When it was heard last, in reports that came to the collector.
    var heard: UInt64 = 0
    /// The last reports' keys, a ring.
    private var recent: [UInt64] = []
    private var next = 0
    /// The last session, which may be over.
    private weak var session: Peer?

    /// How many reports are remembered to recognise those that come again, and how many values are kept.
    private static let (remembered, kept) = (256, 16)

    /// Counts a report.
    ///
    /// - Parameters:
    ///   - key: what it is known by.
    ///   - session: the session it came by.
    ///   - isFirst: true for the number that a device begins with.
    /// - Returns: false when it came before.
    mutating func take(_ key: UInt64, of session: Peer, isFirst: Bool) -> Bool {
        // A device that counts from the beginning again by another session was started anew; what it repeats is its first alone.
        if isFirst, self.session !== session, recent.count > 1 { (recent, next) = ([], 0) }
        self.session = session
        guard !recent.contains(key) else {
            duplicates += 1
            return false
        }
        if recent.count < Self.remembered {
            recent.append(key)
        } else {
            recent[next] = key
            next = (next + 1) % Self.remembered
        }
        count += 1
        return true
    }

    /// Keeps the newest values.
    mutating func keep(_ records: [SenMLRecord]) {
        for record in records {
            guard let name = record.name, name.utf8.count <= 128, case .number(let value)? = record.value else {
                continue
            }
            let unit = String((record.unit?.rawValue ?? "").prefix(16))
            if let index = values.firstIndex(where: { $0.name == name }) {
                values[index] = Value(name: name, value: value, unit: unit)
            } else if values.count < Self.kept {
                values.append(Value(name: name, value: value, unit: unit))
            }
        }
    }
}
