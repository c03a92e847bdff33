// SPDX-License-Identifier: Apache-2.0

import CoAP

/// OBS_04 and 07 to 09: they change `/obs` for everybody.
enum ObserveEndCases {
    private static func put(_ run: CaseRun, _ format: ContentFormat, _ text: String) throws(CaseEnd) -> Message {
        let option = CoAPOption(.contentFormat, uint: UInt64(format.rawValue))
        return try run.exchange(run.request(.put, "obs", [option], payload: run.bytes(text))).response
    }

    static let all: [TestCase] = [
        TestCase("OBS_04", "Registration lost by the server", rfc: "RFC 7641 §3.3.1", track: "obs", stage: 0) {
            run throws(CaseEnd) in
            let observation = try run.observe("obs")
            try run.expectNotification(try run.notification(observation), after: observation.first)
            // Californium's stand-in for a reboot of the server.
            let reset = try run.exchange(
                run.request(.post, "obs-reset", [run.text], payload: run.bytes("sesame"))
            ).response
            try run.expect(reset, .changed)
            try run.expectSilence(observation, for: CaseRun.period + .seconds(2))
            run.observed.remove(observation.token)
            let again = try run.observe("obs", token: observation.token)
            try run.expectNotification(try run.notification(again), after: again.first)
        },
        TestCase("OBS_07", "Resource deleted", rfc: "RFC 7641 §4.2", track: "obs", stage: 1) { run throws(CaseEnd) in
            let observation = try run.observe("obs")
            let response = try run.exchange(run.request(.delete, "obs")).response
            try run.expect(response, .deleted)
            try run.expectEnd(observation, .notFound)
        },
        TestCase("OBS_08", "Content-Format changed", rfc: "RFC 7641 §4.2", track: "obs", stage: 2) {
            run throws(CaseEnd) in
            let observation = try run.observe("obs")
            let old = observation.first.options.contentFormat ?? .text
            let other = old == .text ? ContentFormat.json : .text
            try run.expect(try put(run, other, "8"), .changed)
            try run.expectEnd(observation, .notAcceptable)
            // As it was, for whoever comes next.
            _ = try put(run, old, "8")
        },
        TestCase("OBS_09", "Resource changed", rfc: "RFC 7641 §4.2", track: "obs", stage: 3) { run throws(CaseEnd) in
            let observation = try run.observe("obs")
            let format = observation.first.options.contentFormat ?? .text
            let option = CoAPOption(.contentFormat, uint: UInt64(format.rawValue))
            let payload = run.bytes("OBS_09 \(UInt16.random(in: .min ... .max))")
            try run.expect(try run.exchange(run.request(.put, "obs", [option], payload: payload)).response, .changed)
            let deadline = MonotonicTime.now + .seconds(6)
            var previous = observation.first
            while MonotonicTime.now < deadline {
                guard let next = try run.anyNotification(observation, within: deadline - .now) else { break }
                try run.expectNotification(next, after: previous)
                previous = next
                if next.payload == payload { return }
            }
            throw .fail("no notification has the payload that was put")
        },
    ]
}
