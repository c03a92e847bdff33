// SPDX-License-Identifier: Apache-2.0

public import CoAP

/// The devices of a scenario, which report to a server.
public final class Fleet: Sendable {
    /// What is simulated.
    public let scenario: Scenario
    /// The simulated date at the start, in seconds since 1970: the scenario's, or the present one.
    public let start: Double
    /// All devices, in the order of groups and numbers.
    public let devices: [Device]

    /// A fleet at the scenario's start.
    public init(_ scenario: Scenario) {
        self.scenario = scenario
        let scenario = scenario.starting(at: Scenario.presentDate)
        start = scenario.start ?? Scenario.usualStart
        devices = scenario.groups.flatMap { group in
            group.numbers.map { Device(number: $0, of: group, in: scenario) }
        }
    }

    /// Runs the fleet against a server until the scenario's duration is over or the task is cancelled.
    ///
    /// - Parameters:
    ///   - surroundings: server, credentials and links.
    ///   - each: is called with each value a device takes, by the device's number in ``devices``, in the order of the values' times.
    /// - Returns: what came of it, with a verdict on each assertion.
    /// - Throws: `CoAPError` when it cannot begin.
    public func run(
        in surroundings: any FleetSurroundings, each: @escaping @Sendable (Int, Sample) -> Void = { _, _ in }
    ) async throws(CoAPError) -> FleetReport {
        FleetReport(name: scenario.name)
    }

    /// What is so at this moment.
    public var snapshot: FleetSnapshot { FleetSnapshot() }

    /// Has something go wrong from now on.
    ///
    /// - Parameters:
    ///   - fault: what.
    ///   - pattern: with which devices, `room-*`.
    /// - Returns: how many devices it meets.
    @discardableResult
    public func inject(_ fault: Fault, devices pattern: String) -> Int { 0 }
}
