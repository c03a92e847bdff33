// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

@testable import CoAPCommandLine

@Suite("Durations and times on the command line")
struct DurationTextTests {
    @Test(
        "Durations have a unit",
        arguments: [
            ("20ms", .milliseconds(20)), ("90s", .seconds(90)), ("1.5m", .seconds(90)), ("2h", .seconds(7200)),
            ("0", .zero), ("0s", .zero),
        ] as [(String, Duration)])
    func durations(text: String, duration: Duration) { #expect(DurationText.parse(text) == duration) }

    @Test("What is none", arguments: ["", "20", "s", "-1s", "1e3s", "+1s", "1 s", "1.s.", "99999999h", "nans", "infs"])
    func none(text: String) { #expect(DurationText.parse(text) == nil) }

    @Test("A time is the next one of that name")
    func times() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        let now = try #require(ISO8601DateFormatter().date(from: "2026-11-24T18:00:00Z"))
        func until(_ text: String) throws(CoAPError) -> Duration {
            try MomentText.parse(text, now: now, calendar: calendar)
        }
        #expect(try until("18:30") == .seconds(1800))
        #expect(try until("17:59:59") == .seconds(86_399))
        #expect(try until("2026-11-24T18:00:05Z") == .seconds(5))
        #expect(try until("2m") == .seconds(120))
        for text in ["", "24:00", "18:60", "1:2", "2026-11-24T17:59:00Z", "0s", "soon"] {
            let error = #expect(throws: CoAPError.self, "\(text)") { try until(text) }
            #expect(error?.code == .invalidArgument)
        }
    }
}
