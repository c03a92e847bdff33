// SPDX-License-Identifier: Apache-2.0

import CoAP

/// OBS_11: acknowledgements of a notification are lost.
enum ObserveLossCase {
    /// Two in a row: the resource changes every five seconds, so it changes before the third transmission is due, and what is
    /// newer must not be sent beside what is under way.
    private static let losses = 2

    static let lossy = TestCase(
        "OBS_11", "Notifications, lossy", rfc: "RFC 7641 §4.5.1", track: "obs", stage: 9
    ) { run throws(CaseEnd) in
        let observation = try run.observe("obs")
        let channel = try run.channel()
        channel.loss = Loss(seed: 11, percent: 0, first: [.acknowledgement: losses])
        var newest = observation.first
        let first = try run.notification(observation)
        try run.expectNotification(first, after: newest, type: .confirmable)
        newest = first
        let watched = try repetitions(of: first, run)
        guard channel.lost[.acknowledgement] == losses else { throw .inconclusive("nothing was lost") }
        // Acknowledged at last: the next change has a confirmable notification again. Others that came meanwhile are
        // non-confirmable, as RFC 7641 §4.5.1 allows, or stood in for the first one.
        let deadline = MonotonicTime.now + CaseRun.patience
        while MonotonicTime.now < deadline {
            guard let next = try run.anyNotification(observation, within: deadline - .now) else { break }
            try run.expectNotification(next, after: newest)
            newest = next
            if next.type == .confirmable, !watched.contains(next.messageID) { return }
        }
        throw .fail("no confirmable notification came after the repeated one was acknowledged")
    }

    /// Waits until a notification came again as often as its acknowledgement was lost; returns the message ids it had.
    private static func repetitions(of first: Message, _ run: CaseRun) throws(CaseEnd) -> Set<UInt16> {
        func arrivals() -> [Arrival] {
            let all = run.arrivals.filter { $0.token == first.token }
            return Array(all.drop { $0.messageID != first.messageID })
        }
        guard let start = arrivals().first else { throw .inconclusive("the notification is not known") }
        var notification = UnacknowledgedNotification(start)
        var taken = 1
        while notification.repetitions < losses {
            try run.pass(.milliseconds(100))
            for arrival in arrivals().dropFirst(taken) where notification.repetitions < losses {
                try notification.take(arrival)
                taken += 1
            }
            if notification.repetitions < losses { try notification.expectRepetition(by: .now) }
        }
        if notification.wasReplaced {
            run.note("a newer notification took the place of the one repeated, as RFC 7641 §4.5.2 allows")
        }
        return Set(arrivals().prefix(taken).map(\.messageID))
    }
}
