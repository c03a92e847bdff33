// SPDX-License-Identifier: Apache-2.0

/// Something that must hold at the end of a run.
public struct Assertion: Hashable, Sendable {
    /// How two numbers are compared.
    public enum Comparison: String, Hashable, Sendable, CaseIterable {
        /// Less.
        case less = "<"
        /// Less or the same.
        case atMost = "<="
        /// The same.
        case equal = "=="
        /// Another.
        case notEqual = "!="
        /// The same or more.
        case atLeast = ">="
        /// More.
        case more = ">"

        func holds(_ value: Double, _ bound: Double) -> Bool {
            switch self {
            case .less: value < bound
            case .atMost: value <= bound
            case .equal: value == bound
            case .notEqual: value != bound
            case .atLeast: value >= bound
            case .more: value > bound
            }
        }
    }

    /// What is looked at.
    public enum Check: Hashable, Sendable {
        /// A number of the report.
        case metric(FleetMetric, Comparison, Double)
        /// What became of the reports of all devices of a pattern.
        case reports(ReportCount, devices: String, Comparison, Double)
        /// Every value of a quantity at the devices of a pattern lies between two.
        case between(quantity: String, devices: String, ClosedRange<Double>)
    }

    /// The sentence as it was written, `p99 latency < 500 ms`.
    public var text: String
    /// What is looked at.
    public var check: Check
    /// The line it stands in; nil for one made in a program.
    public var line: Int?

    /// An assertion.
    public init(_ text: String, _ check: Check, line: Int? = nil) {
        self.text = text
        self.check = check
        self.line = line
    }
}

/// A number of a fleet's report.
public enum FleetMetric: Hashable, Sendable {
    /// The time from a report's sending to its answer, in seconds, that this share of them, 0 to 1, did not exceed.
    case latency(percentile: Double)
    /// Reports that were made.
    case reportsMade
    /// Reports that the server has answered by a success.
    case reportsDelivered
    /// Reports that were given up, or for which there was no place.
    case reportsLost
    /// Reports that came more than once, as far as the server is part of the simulation.
    case reportsDuplicated
    /// Reports that wait for the server still.
    case reportsWaiting
    /// Handshakes that were done.
    case handshakes
    /// Handshakes that failed.
    case handshakesFailed
    /// What went wrong, of all kinds.
    case errors
    /// Devices that have a session at the end.
    case devicesUp
    /// Writes of actuators that were refused.
    case writesRefused
    /// The charge that the devices took on average, in milliampere-hours.
    case charge
}
