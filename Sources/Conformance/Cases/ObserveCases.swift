// SPDX-License-Identifier: Apache-2.0

import CoAP

/// TD_COAP_OBS_01 to 14. Those that end the observations of `/obs` come first, one by one, then those that only watch it, all
/// at once.
enum ObserveCases {
    static let all: [TestCase] =
        [
            TestCase("OBS_01", "CON notifications", rfc: "RFC 7641 §3.2", track: "obs", stage: 9) {
                run throws(CaseEnd) in
                let observation = try run.observe("obs")
                var previous = observation.first
                for _ in 0..<2 {
                    let next = try run.notification(observation)
                    try run.expectNotification(next, after: previous, type: .confirmable)
                    previous = next
                }
            },
            TestCase("OBS_02", "NON notifications", rfc: "RFC 7641 §3.5, §4.5", track: "obs-non") {
                run throws(CaseEnd) in
                let observation = try run.observe("obs-non")
                var previous = observation.first
                var isConfirmable = 0
                for _ in 0..<3 {
                    let next = try run.notification(observation)
                    try run.expectNotification(next, after: previous)
                    if next.type == .confirmable { isConfirmable += 1 }
                    previous = next
                }
                try run.expect(isConfirmable < 2, "notifications of /obs-non are confirmable")
                if isConfirmable > 0 {
                    run.note("one notification was confirmable, as RFC 7641 §4.5 wants now and then")
                }
            },
        ] + ObserveEndCases.all + ObserveClientCases.all + [
            TestCase("OBS_13", "Notifications in blocks", rfc: "RFC 7959 §2.6, §3.4", track: "obs-large") {
                run throws(CaseEnd) in
                let block = CoAPOption(.block2, uint: BlockOption(number: 0, size: 64).rawValue)
                let observation = try run.observe("obs-large", [block])
                let request = run.request(.get, "obs-large")
                _ = try run.body(observation.first, of: request, size: 64)
                var previous = observation.first
                for _ in 0..<2 {
                    let next = try run.notification(observation)
                    try run.expectNotification(next, after: previous)
                    _ = try run.body(next, of: request, size: 64)
                    previous = next
                }
            },
            TestCase("OBS_14", "Notifications of varying size", rfc: "RFC 7959 §2.6", track: "obs-pumping") {
                run throws(CaseEnd) in
                let observation = try run.observe("obs-pumping")
                let request = run.request(.get, "obs-pumping")
                var previous = observation.first
                var sizes: Set<Int> = []
                // Three are enough unless chance made them equal.
                for count in 0..<6 where count < 3 || sizes.count == 1 {
                    let next = try run.notification(observation)
                    try run.expectNotification(next, after: previous)
                    let isWhole = !next.options.contains(.block2)
                    sizes.insert(isWhole ? next.payload.count : try run.body(next, of: request, size: 1024).count)
                    previous = next
                }
                guard sizes.count > 1 else { throw .inconclusive("the size did not vary in six notifications") }
            },
        ]
}
