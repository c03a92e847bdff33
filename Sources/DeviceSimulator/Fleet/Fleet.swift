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

    /// What people ask for, until the engine does it at the present moment; nil while no engine runs.
    private let requests = Locked<[FleetRequest]?>(nil)

    /// What was done so far.
    let progress: Locked<FleetSnapshot>

    /// A fleet at the scenario's start.
    public init(_ scenario: Scenario) {
        self.scenario = scenario
        let scenario = scenario.starting(at: Scenario.presentDate)
        start = scenario.start ?? Scenario.usualStart
        devices = scenario.groups.flatMap { group in
            group.numbers.map { Device(number: $0, of: group, in: scenario) }
        }
        var snapshot = FleetSnapshot()
        snapshot.devices = devices.count
        progress = Locked(snapshot)
    }

    /// Runs the fleet against a server until the scenario's duration is over or the task is cancelled.
    ///
    /// Each device that reports comes up in its turn within ``Scenario/rampUp``, which is in real seconds whatever the speed, opens a
    /// session with the server and brings its reports there by POST, one after the other, each until it is answered. What cannot be
    /// brought is kept and tried again after growing pauses; a report that is not confirmable is given up without an answer. At the end
    /// of the duration the fleet waits for half a minute at most for what is under way or kept, and counts the rest as lost. A speed
    /// without end lets no real time pass but for the answers.
    ///
    /// - Parameters:
    ///   - surroundings: server, credentials and links.
    ///   - each: is called with each value a device takes, by the device's number in ``devices``, in the order of the values' times.
    /// - Returns: what came of it, with a verdict on each assertion.
    /// - Throws: `CoAPError` when it cannot begin.
    public func run(
        in surroundings: any FleetSurroundings, each: @escaping @Sendable (Int, Sample) -> Void = { _, _ in }
    ) async throws(CoAPError) -> FleetReport {
        let clock: any FleetClock = scenario.speed.isFinite ? SystemFleetClock() : JumpingFleetClock()
        return try await run(in: surroundings, by: NetworkConnector(), clock: clock, each: each)
    }

    /// The same with other sessions than the network's, and another time.
    func run(
        in surroundings: any FleetSurroundings, by connector: any DeviceConnector, clock: any FleetClock,
        each: @escaping @Sendable (Int, Sample) -> Void = { _, _ in }
    ) async throws(CoAPError) -> FleetReport {
        try await FleetEngine(self, in: surroundings, connector: connector, clock: clock, each: each).run()
    }

    /// What is so at this moment.
    public var snapshot: FleetSnapshot { progress.withLock { $0 } }

    /// Has something go wrong from now on.
    ///
    /// - Parameters:
    ///   - fault: what.
    ///   - pattern: with which devices, `room-*`.
    /// - Returns: how many devices it meets.
    @discardableResult
    public func inject(_ fault: Fault, devices pattern: String) -> Int {
        let met = indices(matching: pattern)
        ask(.inject(fault, devices: met))
        return met.count
    }

    /// The same for what people ask for and take back.
    func apply(_ change: SimulationControl.Change) { ask(.control(change)) }

    private func ask(_ request: FleetRequest) {
        let isTaken = requests.withLock { requests -> Bool in
            requests?.append(request)
            return requests != nil
        }
        if !isTaken { request.perform(on: devices) }
    }

    /// From now on an engine does what is asked for.
    func beginRequests() { requests.withLock { $0 = $0 ?? [] } }

    /// What was asked for since the last time.
    func takeRequests() -> [FleetRequest] {
        requests.withLock { requests in
            guard let taken = requests, !taken.isEmpty else { return [] }
            requests = []
            return taken
        }
    }

    /// No engine runs any more.
    func endRequests() {
        let rest = requests.withLock { requests in
            defer { requests = nil }
            return requests ?? []
        }
        for request in rest { request.perform(on: devices) }
    }

    /// The present moment, in seconds since the scenario's start.
    var time: Double { max(progress.withLock(\.time), devices.first?.time ?? 0) }

    /// The numbers of the devices whose names fit a pattern.
    func indices(matching pattern: String) -> [Int] {
        let glob = NameGlob(pattern)
        return devices.indices.filter { glob.matches(devices[$0].name) }
    }
}
