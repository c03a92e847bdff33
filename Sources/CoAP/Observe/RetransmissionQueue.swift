// SPDX-License-Identifier: Apache-2.0

/// When messages that are not acknowledged are repeated, and when they are given up (RFC 7252 §4.2, §4.8). No I/O.
///
/// Notifications are repeated from here and not by libcoap: its queue is a list that is walked for each message sent and each
/// acknowledgement, and a message in it cannot be taken back when there is a newer value.
struct RetransmissionQueue<Key: Hashable> {
    /// What is due.
    enum Due: Equatable {
        /// The message goes out again.
        case `repeat`(Key)
        /// It went out often enough.
        case giveUp(Key)
    }

    private struct Entry {
        var timer: TimerQueue<Key>.ID
        var repetitions = 0
        var timeout: Duration
    }

    private var timers = TimerQueue<Key>()
    private var entries: [Key: Entry] = [:]
    private let maximumRepetitions: Int

    /// ACK_TIMEOUT and ACK_RANDOM_FACTOR make the first wait, in milliseconds.
    static var firstTimeouts: ClosedRange<Int64> { 2_000...3_000 }

    /// A queue; MAX_RETRANSMIT is 4.
    init(maximumRepetitions: Int = 4) { self.maximumRepetitions = maximumRepetitions }

    /// How many messages are under way.
    var count: Int { entries.count }

    /// When something is due; nil when nothing is under way.
    mutating func earliest() -> MonotonicTime? { timers.earliest() }

    /// A message was sent for the first time; by default the first wait is random (RFC 7252 §4.2).
    mutating func add(
        _ key: Key, at now: MonotonicTime, timeout: Duration = .milliseconds(Int64.random(in: firstTimeouts))
    ) {
        remove(key)
        entries[key] = Entry(timer: timers.add(key, at: now + timeout), timeout: timeout)
    }

    /// A message was acknowledged, refused or is not wanted any more.
    mutating func remove(_ key: Key) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        timers.cancel(entry.timer)
    }

    /// The next message that is due; each wait is twice the one before.
    mutating func next(at now: MonotonicTime) -> Due? {
        guard let key = timers.popDue(at: now), var entry = entries[key] else { return nil }
        guard entry.repetitions < maximumRepetitions else {
            entries[key] = nil
            return .giveUp(key)
        }
        entry.repetitions += 1
        entry.timeout *= 2
        entry.timer = timers.add(key, at: now + entry.timeout)
        entries[key] = entry
        return .repeat(key)
    }
}
