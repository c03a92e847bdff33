// SPDX-License-Identifier: Apache-2.0

/// Lets one line a minute through for each address whose handshakes fail, and sixty in all: addresses can be forged.
struct HandshakeLog {
    /// How long one line stands for those that follow it.
    static let interval: Duration = .seconds(60)
    /// How many lines there are in that time.
    let lines: Int

    private struct Entry {
        var end: MonotonicTime
        var suppressed = 0
    }

    /// Those with a line in the last minute or so, by their address: 128 at most.
    private var entries: [[UInt8]: Entry] = [:]
    private var windowEnd = MonotonicTime(nanoseconds: 0)
    private var linesOfWindow = 0
    /// How many failures of others had no line since the last summary.
    private var unnamed = 0

    init(lines: Int = 60) { self.lines = lines }

    /// Asks for a line.
    ///
    /// - Returns: how many of the address were held back since its last one; nil to hold this one back too.
    mutating func admit(_ address: [UInt8], at now: MonotonicTime) -> Int? {
        if let entry = entries[address], entry.end > now {
            entries[address]?.suppressed += 1
            return nil
        }
        if now >= windowEnd { (windowEnd, linesOfWindow) = (now + Self.interval, 0) }
        guard linesOfWindow < lines else {
            unnamed += 1
            return nil
        }
        linesOfWindow += 1
        let suppressed = entries.removeValue(forKey: address)?.suppressed ?? 0
        if entries.count >= 2 * lines { entries = entries.filter { $0.value.end > now } }
        entries[address] = Entry(end: now + Self.interval)
        return suppressed
    }

    /// How many failures had no line because there were too many in all; nil for none, and before the minute is over.
    mutating func summary(at now: MonotonicTime) -> Int? {
        guard unnamed > 0, now >= windowEnd else { return nil }
        defer { unnamed = 0 }
        return unnamed
    }
}
