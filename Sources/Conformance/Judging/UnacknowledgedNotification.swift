// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A confirmable notification that nobody acknowledges: it has to come again, and no other confirmable one beside it. Once its
/// wait is over a newer representation may come in its place, in a message of its own (RFC 7641 §4.5.1, §4.5.2).
struct UnacknowledgedNotification {
    /// A busy machine notices an arrival late, and the wait behind it seems shorter than it was.
    private static let slack = Duration.milliseconds(500)

    /// How often it came again, or a newer one in its place.
    private(set) var repetitions = 0
    /// True when a newer one took its place.
    var wasReplaced: Bool { !replaced.isEmpty }
    /// When it came last.
    private(set) var last: MonotonicTime
    /// The least wait before it may come again: ACK_TIMEOUT, then twice the wait before (RFC 7252 §4.2).
    private var wait = Duration.seconds(2)
    /// The longest wait: ACK_RANDOM_FACTOR times the least one (RFC 7252 §4.8), and some time for a busy server.
    private var longest: Duration { wait * 3 / 2 + .milliseconds(1500) }
    private var messageID: UInt16
    private var replaced: Set<UInt16> = []

    /// One that came for the first time.
    init(_ first: Arrival) {
        messageID = first.messageID
        last = first.time
    }

    /// Takes the next confirmable notification.
    mutating func take(_ next: Arrival) throws(CaseEnd) {
        let gap = next.time - last
        try expectRepetition(by: next.time)
        if next.messageID != messageID {
            guard !replaced.contains(next.messageID) else {
                throw .fail(
                    "two confirmable notifications were under way: \(next.messageID) came again after \(messageID) "
                        + "had taken its place")
            }
            guard gap >= wait - Self.slack else {
                throw .fail(
                    "two confirmable notifications were under way: \(next.messageID) came while \(messageID) was not "
                        + "acknowledged and waited to be repeated")
            }
            replaced.insert(messageID)
            messageID = next.messageID
        }
        repetitions += 1
        last = next.time
        wait = max(min(wait, gap) * 2, .seconds(2))
    }

    /// Fails when it should have come again by now.
    func expectRepetition(by now: MonotonicTime) throws(CaseEnd) {
        guard now - last > longest else { return }
        throw .fail(
            "a confirmable notification that was not acknowledged did not come again within "
                + "\(SuiteReport.seconds(longest)) s (RFC 7252 §4.2)")
    }
}
