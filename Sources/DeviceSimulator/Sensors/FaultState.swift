// SPDX-License-Identifier: Apache-2.0

/// A ``Fault`` of one sensor as it comes and goes. It is looked at once for each of the sensor's samples.
struct FaultState {
    let kind: Fault.Kind
    /// The command that asked for it; nil where the scenario did.
    let command: Int?
    private let duration: Double
    private var occurrences: Occurrences
    /// When the present or last occurrence began, and when it ends.
    private(set) var begin = -Double.infinity
    private var end = -Double.infinity
    /// True for an occurrence without a length that no sample has met.
    private var isOwed = false

    init(_ kind: Fault.Kind, duration: Double, _ occurrences: Occurrences, command: Int? = nil) {
        self.kind = kind
        self.command = command
        self.duration = duration
        self.occurrences = occurrences
    }

    /// Whether the sample at this time meets it.
    mutating func meets(_ time: Double) -> Bool {
        while occurrences.next <= time {
            if occurrences.next >= end { begin = occurrences.next }
            end = max(end, occurrences.next + duration)
            if duration <= 0 { isOwed = true }
            occurrences.move()
        }
        defer { isOwed = false }
        return isOwed || time < end
    }

    /// True when it meets no sample after one that was looked at.
    func isOver(at time: Double) -> Bool { occurrences.next == .infinity && time >= end }

    /// Until when it meets no sample, if the last one did not meet it.
    var quietUntil: Double { occurrences.next }
}
