// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Metrics

/// The gauges `coap.credentials.expiry.days`: for how many days more the authority, the server's certificate and the soonest of the
/// devices' credentials are good; 0 when they have run out.
struct ExpiryGauges {
    private let gauges: [ExpiringCredential.Kind: Gauge]

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        gauges = Dictionary(
            uniqueKeysWithValues: ExpiringCredential.Kind.allCases.map { kind in
                (
                    kind,
                    Gauge(
                        label: "coap.credentials.expiry.days", dimensions: [("credential", kind.rawValue)],
                        factory: factory)
                )
            })
    }

    /// Takes down how things stand.
    ///
    /// - Parameter now: seconds since 1970.
    func record(_ credentials: [ExpiringCredential], now: Int64) {
        for (kind, gauge) in gauges {
            guard let soonest = credentials.filter({ $0.kind == kind }).map(\.notAfter).min() else { continue }
            gauge.record(ExpiryWarnings.days(until: soonest, now: now))
        }
    }
}
