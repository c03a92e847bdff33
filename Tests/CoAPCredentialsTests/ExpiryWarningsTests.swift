// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Testing

@Suite("When to say that something runs out")
struct ExpiryWarningsTests {
    private static let day: Int64 = 86_400
    private let pump = ExpiringCredential(kind: .device, name: "the key of pump", notAfter: 100 * day)

    /// The days a look at so many seconds before the end tells of.
    private func told(_ warnings: inout ExpiryWarnings, _ secondsBefore: Int64) -> [Int] {
        warnings.due([pump], now: pump.notAfter - secondsBefore).map(\.days)
    }

    @Test(
        "Each threshold tells once, from its first second on",
        arguments: [(30, 30), (7, 7), (1, 1)] as [(Int64, Int)])
    func threshold(days: Int64, expected: Int) {
        var warnings = ExpiryWarnings()
        let larger: [Int64] = [31, 30, 7]
        for earlier in larger where earlier > days { _ = told(&warnings, earlier * Self.day) }
        #expect(told(&warnings, days * Self.day + 1).isEmpty)
        #expect(told(&warnings, days * Self.day) == [expected])
        #expect(told(&warnings, days * Self.day - 1).isEmpty)
        #expect(told(&warnings, days * Self.day).isEmpty)
    }

    @Test("The last second is good, the one behind it is told, once")
    func end() {
        var warnings = ExpiryWarnings()
        #expect(told(&warnings, 0) == [1])
        #expect(told(&warnings, -1) == [0])
        #expect(told(&warnings, -5 * Self.day).isEmpty)
    }

    @Test("A life of hourly looks has four warnings")
    func life() {
        var warnings = ExpiryWarnings()
        var days: [Int] = []
        for hour in stride(from: Int64(40 * 24), through: -48, by: -1) { days += told(&warnings, hour * 3600) }
        #expect(days == [30, 7, 1, 0])
    }

    @Test("Thresholds that were passed at once are one warning")
    func late() {
        var warnings = ExpiryWarnings()
        #expect(told(&warnings, 5 * Self.day) == [5])
        #expect(told(&warnings, 4 * Self.day).isEmpty)
        #expect(told(&warnings, Self.day) == [1])
    }

    @Test("The soonest comes first, and one that was replaced begins anew")
    func several() {
        var warnings = ExpiryWarnings()
        let server = ExpiringCredential(
            kind: .server, name: "the server's certificate", notAfter: 95 * Self.day,
            renewal: "coap keys rotate --server")
        let far = ExpiringCredential(kind: .authority, name: "the authority's certificate", notAfter: 4_000 * Self.day)
        let first = warnings.due([far, pump, server], now: 90 * Self.day)
        #expect(first.map(\.credential) == [server, pump])
        #expect(
            first.map(\.message) == [
                "the server's certificate expires in 5 days, on 1970-04-06; run: coap keys rotate --server",
                "the key of pump expires in 10 days, on 1970-04-11",
            ])
        let renewed = ExpiringCredential(kind: .server, name: server.name, notAfter: 119 * Self.day)
        #expect(warnings.due([pump, renewed], now: 91 * Self.day).map(\.credential) == [renewed])
    }
}
