// SPDX-License-Identifier: Apache-2.0

import CoAP

/// OBS_05, 06 and 10 to 12: what a client does to its own observation, or the way to it.
enum ObserveClientCases {
    static let all: [TestCase] = [
        off,
        TestCase("OBS_06", "Reset ends the observation", rfc: "RFC 7641 §3.6", track: "obs", stage: 9) {
            run throws(CaseEnd) in
            run.acknowledges = false
            let observation = try run.observe("obs")
            let first = try run.notification(observation)
            try run.expectNotification(first, after: observation.first)
            try run.reset(first)
            run.acknowledges = true
            try run.expectSilence(observation, for: CaseRun.period * 2)
        },
        TestCase("OBS_10", "Another GET does not end it", rfc: "RFC 7641 §3.6", track: "obs", stage: 9) {
            run throws(CaseEnd) in
            let observation = try run.observe("obs")
            let plain = try run.exchange(run.request(.get, "obs")).response
            try run.expectContent(plain)
            try run.expect(!plain.options.contains(.observe), "a GET without Observe was answered with one")
            try run.expectNotification(try run.notification(observation), after: observation.first)
        },
        ObserveLossCase.lossy,
        TestCase("OBS_12", "GET with Observe 1 ends it", rfc: "RFC 7641 §3.6", track: "obs", stage: 9) {
            run throws(CaseEnd) in
            let observation = try run.observe("obs")
            try run.expectNotification(try run.notification(observation), after: observation.first)
            let request = run.request(
                .get, "obs", token: observation.token, [CoAPOption(.observe, uint: 1)])
            let response = try run.exchange(request).response
            try run.expectContent(response)
            try run.expect(!response.options.contains(.observe), "the response to the cancellation has an Observe")
            try run.expectSilence(observation, for: CaseRun.period + .seconds(2))
        },
    ]

    /// The observed resource is another one than that of the other cases, which end the observations of theirs.
    private static let off = TestCase(
        "OBS_05", "Client is gone", rfc: "RFC 7641 §4.5", track: "obs-off"
    ) { run throws(CaseEnd) in
        run.acknowledges = false
        let observation = try run.observe("obs-large")
        var notification = try run.notification(observation)
        // A resource whose every so many notifications are confirmable: the others need no answer.
        for _ in 0..<3 where notification.type != .confirmable {
            notification = try run.notification(observation)
        }
        guard notification.type == .confirmable else {
            throw .inconclusive("no notification of /obs-large was confirmable")
        }
        let start = MonotonicTime.now
        var known: Set<UInt16> = [notification.messageID]
        var interval = Duration.seconds(3)
        // ACK_TIMEOUT times ACK_RANDOM_FACTOR times 2 to the power of MAX_RETRANSMIT + 1, less the last wait (RFC 7252 §4.8.2).
        while MonotonicTime.now - start < interval * 31 + .seconds(2) {
            try run.pass(.milliseconds(500))
            while let other = run.take(where: { $0.token == observation.token }) {
                guard other.type == .confirmable else { continue }
                // A newer state may take over the repetitions of the one before it (RFC 7641 §4.5.2).
                known.insert(other.messageID)
            }
            // The first wait says how long the others will be.
            let times = run.arrivals.filter { $0.messageID == notification.messageID }.map(\.time)
            if times.count > 1 { interval = min(max(times[1] - times[0], .seconds(2)), .seconds(3)) }
        }
        let transmissions = run.arrivals.count
        try run.expect(
            transmissions >= 2, "a notification that nobody acknowledged was not repeated (RFC 7252 §4.2)")
        try run.expect(
            transmissions <= 6,
            "\(transmissions) confirmable notifications were sent to a client that acknowledged none (RFC 7641 §4.5.1)")
        run.acknowledges = true
        try run.expectSilence(observation, for: CaseRun.period + .seconds(1))
        if known.count > 1 {
            run.note("\(known.count) notifications took over from each other, as RFC 7641 §4.5.2 allows")
        }
    }
}
