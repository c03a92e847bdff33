// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import MetricsTestKit
import Testing

@testable import CoAPCommandLine

@Suite("How long credentials are good, as metrics")
struct ExpiryGaugesTests {
    @Test("One gauge a kind, the soonest of each")
    func gauges() throws {
        let metrics = TestMetrics()
        let gauges = ExpiryGauges(factory: metrics)
        let day: Int64 = 86_400
        gauges.record(
            [
                .init(kind: .authority, name: "the authority's certificate", notAfter: 3_000 * day),
                .init(kind: .device, name: "the key of a", notAfter: 20 * day),
                .init(kind: .device, name: "the key of b", notAfter: 12 * day),
                .init(kind: .device, name: "the key of c", notAfter: 90 * day),
                .init(kind: .server, name: "the server's certificate", notAfter: 9 * day),
            ], now: 10 * day)
        func days(_ credential: String) throws -> Double? {
            try metrics.expectGauge("coap.credentials.expiry.days", [("credential", credential)]).lastValue
        }
        #expect(try days("authority") == 2990)
        #expect(try days("devices") == 2)
        #expect(try days("server") == 0)
    }
}
