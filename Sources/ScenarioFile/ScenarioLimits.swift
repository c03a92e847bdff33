// SPDX-License-Identifier: Apache-2.0

/// How much of a kind a scenario may have.
enum ScenarioLimits {
    static let devices = 100_000
    static let groups = 64
    static let resources = 64
    static let faults = 1_000
    static let events = 1_000
    static let assertions = 1_000
    static let outages = 1_000
    static let signalDepth = 16
    /// In all recordings together.
    static let points = 1_000_000
    static let recordingSize = 16 << 20
    /// The longest time that is taken, in seconds: ten years.
    static let longest = 315_576_000.0
    /// The shortest time between two samples, in seconds.
    static let shortestPeriod = 0.001
}
