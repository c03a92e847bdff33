// SPDX-License-Identifier: Apache-2.0

/// How a device reports its values to a server by POST, in SenML.
public struct ReportPlan: Hashable, Sendable {
    /// When values are taken for a report.
    public enum Trigger: Hashable, Sendable {
        /// Every so many seconds.
        case every(Double)
        /// When a value has changed by so much since it was last told, looked at with each sample; and after so many seconds at
        /// the latest.
        case change(by: Double, atLatest: Double)
    }

    /// Where to, on the server.
    public var path = "reports"
    /// When.
    public var trigger: Trigger
    /// The paths of the sensors that are reported; empty for all.
    public var resources: [String] = []
    /// How many takings go into one report.
    public var batch = 1
    /// True for confirmable messages (RFC 7252 §4.2).
    public var confirmable = true
    /// True for SenML in CBOR, false for JSON.
    public var usesCBOR = true
    /// How many takings are kept while the server cannot be reached; the oldest go first then.
    public var maximumStored = 1_000
    /// True for a device that sleeps between reports: it closes its session and makes a new one when it wakes.
    public var sleeps = false

    /// A plan.
    public init(_ trigger: Trigger) { self.trigger = trigger }
}
