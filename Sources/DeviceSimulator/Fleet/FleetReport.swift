// SPDX-License-Identifier: Apache-2.0

/// What came of a run.
public struct FleetReport: Hashable, Sendable {
    /// The scenario's name.
    public var name: String
    /// How many devices there were.
    public var devices = 0
    /// How many simulated seconds it took.
    public var simulated = 0.0
    /// How many real seconds it took.
    public var elapsed = 0.0
    /// How many values were taken.
    public var samples = 0
    /// What was counted.
    public var counters = FleetCounters()
    /// How long answers took.
    public var latency = LatencyHistogram()
    /// What the server got; nil for somebody else's.
    public var received: ReceivedReports?
    /// The quantities' extremes, by device and quantity.
    public var extremes: [Extremes] = []
    /// The charge that each kind of device took on average, in milliampere-hours, by its group's name pattern.
    public var charge: [String: Double] = [:]
    /// The charge that a device took on average, of all that report, in milliampere-hours; nil without any.
    public var averageCharge: Double?
    /// What became of each reporting device's reports, in the order of devices.
    var reportsOfDevices: [OfDevice] = []
    /// Whether the assertions held, in their order.
    public var verdicts: [Verdict] = []

    /// An empty report.
    public init(name: String) { self.name = name }

    /// What became of one device's reports.
    struct OfDevice: Hashable, Sendable {
        var device: String
        var reports: ReportCounts
    }

    /// True when every assertion held.
    public var holds: Bool { verdicts.allSatisfy(\.holds) }
}
