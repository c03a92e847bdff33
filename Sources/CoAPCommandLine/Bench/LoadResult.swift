// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What a load generator counted.
struct LoadResult: Sendable {
    /// Responses of class 2.
    var successes = 0
    /// Other responses, and requests without one.
    var failures = 0
    /// How long was counted.
    var elapsed: Duration = .zero
    /// CPU time of the server's process meanwhile; nil when it was not asked for.
    var serverCPU: Duration?
    /// The time from request to response, in microseconds, one entry a response, at most 5 million.
    var latencies: [UInt32] = []

    static let maximumLatencies = 5_000_000

    mutating func note(success: Bool, microseconds: UInt32) {
        if success { successes += 1 } else { failures += 1 }
        if latencies.count < Self.maximumLatencies { latencies.append(microseconds) }
    }

    mutating func merge(_ other: LoadResult) {
        successes += other.successes
        failures += other.failures
        latencies.append(contentsOf: other.latencies.prefix(Self.maximumLatencies - latencies.count))
    }

    /// Responses a second.
    var rate: Double { elapsed > .zero ? Double(successes) / elapsed.inSeconds : 0 }

    /// Microseconds of the server's CPU time for each response.
    var cpuPerRequest: Double? {
        guard let serverCPU, successes > 0 else { return nil }
        return serverCPU.inSeconds * 1e6 / Double(successes)
    }

    /// The latency in microseconds below which this share of the responses stayed, 0–1.
    static func percentile(_ sorted: [UInt32], _ share: Double) -> UInt32 {
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}
