// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator

/// What came of `coap simulate`: the fleet's report, and what was seen beside it.
struct SimulationResult: Sendable {
    /// What the fleet says.
    var report: FleetReport
    /// Where all random numbers started.
    var seed: UInt64
    /// True for values without a network.
    var isOffline = false
    /// True when somebody ended it before its time.
    var isCutShort = false
    /// After how many real seconds all devices were up; nil when they never were.
    var allUpAfter: Double?
    /// How many handshakes were done by then.
    var handshakesUntilUp = 0
    /// How many bytes of memory a device took at most, with its part of whatever runs in the process beside it; nil when not
    /// known, or for few devices.
    var bytesPerDevice: Int?
    /// True when the server is in this process.
    var hasOwnServer = false

    /// Handshakes a second while the devices came up, else over all the time.
    var handshakesPerSecond: Double? {
        if let allUpAfter, allUpAfter > 0 { return Double(handshakesUntilUp) / allUpAfter }
        return report.elapsed > 0 ? Double(report.counters.handshakes) / report.elapsed : nil
    }
}
