// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What changes of a ``Device``: models, sensors, actuators and faults, stepped together. Confined by the device's lock.
///
/// Time moves from one point of a grid to the next: the samples of its sensors, and one second for models and actuators. So it does
/// not matter in which steps it is moved from outside.
struct DeviceState {
    private(set) var time = 0.0
    /// When the next sensor samples; infinite without sensors.
    private(set) var nextSample = Double.infinity
    /// How often it has started anew, and the last time.
    private(set) var rebootCount = 0
    private(set) var lastReboot: DeviceReboot?

    private let resources: [DeviceResource]
    private var bank: SignalBank
    private var world: World
    private var inputs: [InputSource] = []
    private var sensors: [SensorState] = []
    private var actuators: [ActuatorState] = []
    /// The number of the resource each actuator is.
    private var actuatorResources: [Int] = []
    private var steps = 0.0
    private var nextStep = Double.infinity
    private var reboots: [(farewell: Bool, duration: Double, occurrences: Occurrences, command: Int?)] = []
    private var nextReboot = Double.infinity
    /// The last start that a command asked for, and when the device would be back without it.
    private var commandedReboot: (command: Int, otherwise: Double)?
    /// When it has started last; it is away before.
    private var start = 0.0

    /// - Parameter scenario: gives seed, shared signals and the date of the start.
    init(name: String, group: DeviceGroup, scenario: Scenario) {
        resources = group.resources
        world = World(group.models)
        bank = SignalBank(seed: scenario.seed, start: scenario.start ?? Scenario.usualStart)
        for (number, resource) in resources.enumerated() {
            let path = name + "/" + resource.path
            switch resource.content {
            case .sensor(let sensor):
                let signal = bank.add(
                    sensor.signal, name: path + "/signal", step: SensorState.period(of: sensor), shared: scenario.shared
                )
                let noise = RandomStream(seed: scenario.seed, name: path + "/noise")
                sensors.append(SensorState(sensor, resource: number, signal: signal, stream: noise))
            case .actuator(let actuator):
                actuators.append(ActuatorState(actuator, name: path, seed: scenario.seed))
                actuatorResources.append(number)
            case .description, .firmware: break
            }
        }
        for input in ModelInput.allCases where world.has(input) {
            let driver = actuators.firstIndex { $0.actuator.drives == input }
            guard driver != nil || group.inputs[input] != nil else { continue }
            let signal = bank.add(
                group.inputs[input] ?? .constant(.nan), name: "\(name)/\(input.rawValue)", step: World.step,
                shared: scenario.shared)
            inputs.append(InputSource(input: input, actuator: driver, signal: signal))
        }
        if !sensors.isEmpty { nextSample = 0 }
        if !world.isEmpty || !actuators.isEmpty { nextStep = World.step }
        plan(group.faults, name: name, seed: scenario.seed)
    }

    /// True while it is switched on.
    var isRunning: Bool { time >= start }

    mutating func advance(to time: Double, each: (Sample) -> Void) {
        guard time >= self.time, time < .infinity else { return }
        while true {
            let now = min(nextStep, nextSample)
            guard now <= time else { break }
            if nextStep <= now { step(at: now) }
            if nextSample <= now { sample(at: now, each) }
        }
        if nextReboot <= time { reboot(until: time) }
        // Where they are follows from a formula: models see the same at their next step.
        for number in actuators.indices { actuators[number].advance(to: time) }
        self.time = time
    }

    func value(of resource: Int) -> Double? {
        guard isRunning else { return nil }
        if let sensor = sensors.first(where: { $0.resource == resource }) { return sensor.latest?.value }
        return actuatorResources.firstIndex(of: resource).map { actuators[$0].value }
    }

    /// The newest sample of a sensor.
    func sample(of resource: Int) -> Sample? {
        isRunning ? sensors.first { $0.resource == resource }?.latest : nil
    }

    /// The smallest and largest value of a sensor since the last start.
    func extremes(of resource: Int) -> ClosedRange<Double>? {
        isRunning ? sensors.first { $0.resource == resource }?.extremes : nil
    }

    /// An actuator as it moves.
    func actuator(of resource: Int) -> ActuatorState? {
        actuatorResources.firstIndex(of: resource).map { actuators[$0] }
    }

    mutating func inject(_ fault: Fault, command: Int?) {
        add(fault, Occurrences(at: time), command: command)
        if nextReboot <= time { reboot(until: time) }
    }

    /// Ends what was injected by commands. A device that is away for one of them comes back.
    mutating func withdraw(_ commands: Set<Int>) {
        for number in sensors.indices { sensors[number].withdraw(commands) }
        if let given = commandedReboot, commands.contains(given.command) {
            commandedReboot = nil
            guard start > time else { return }
            start = max(time, given.otherwise)
            lastReboot?.end = start
        }
    }

    mutating func write(_ value: Double, to resource: Int, by identity: PeerIdentity) throws(ResponseError) {
        guard let number = actuatorResources.firstIndex(of: resource) else {
            throw ResponseError(.methodNotAllowed, "this resource is no actuator")
        }
        guard isRunning else {
            throw ResponseError(
                .serviceUnavailable,
                "the device starts anew; try again in \(Int(min((start - time).rounded(.up), 4e9))) s")
        }
        actuators[number].advance(to: time)
        // A copy, since the actuator asks for the values of others while it changes.
        let present = self
        try actuators[number].command(value, at: time) { path in
            present.resources.firstIndex { $0.path == path }.flatMap { present.value(of: $0) }
        }
    }

    // MARK: One point of the grid

    private mutating func step(at now: Double) {
        steps += 1
        nextStep = (steps + 1) * World.step
        for number in actuators.indices { actuators[number].advance(to: now) }
        guard !world.isEmpty else { return }
        var present = WorldInputs()
        for source in inputs {
            let value =
                source.actuator.map { actuators[$0].modelInput } ?? bank.value(source.signal, at: now, world: world)
            present.set(source.input, to: value)
        }
        world.step(present)
    }

    private mutating func sample(at now: Double, _ each: (Sample) -> Void) {
        if nextReboot <= now { reboot(until: now) }
        var next = Double.infinity
        for number in sensors.indices {
            if sensors[number].next <= now {
                let quantity = bank.value(sensors[number].signal, at: now, world: world)
                if let sample = sensors[number].take(quantity, since: start) { each(sample) }
            }
            next = min(next, sensors[number].next)
        }
        nextSample = next
    }

    // MARK: Faults

    private mutating func plan(_ faults: [Fault], name: String, seed: UInt64) {
        var counts: [String: Int] = [:]
        for fault in faults {
            // Numbered among its likes, so that a fault more changes none of the others.
            let kind = "\(fault.resource ?? "*")/\(fault.kind.name)"
            counts[kind, default: 0] += 1
            if let devices = fault.devices, !NameGlob(devices).matches(name) { continue }
            let path = "\(name)/faults/\(kind)-\(counts[kind, default: 1])"
            switch fault.occurrence {
            case .at(let time): add(fault, Occurrences(at: time))
            case .rate(let perHour):
                add(fault, Occurrences(every: 3600 / perHour, stream: RandomStream(seed: seed, name: path)))
            }
        }
    }

    private mutating func add(_ fault: Fault, _ occurrences: Occurrences, command: Int? = nil) {
        if case .reboot(let farewell) = fault.kind {
            reboots.append((farewell, fault.duration > 0 ? fault.duration : 0, occurrences, command))
            nextReboot = min(nextReboot, occurrences.next)
            return
        }
        let pattern = fault.resource.map(NameGlob.init)
        for number in sensors.indices {
            guard pattern?.matches(resources[sensors[number].resource].path) ?? true else { continue }
            sensors[number].add(FaultState(fault.kind, duration: fault.duration, occurrences, command: command))
        }
    }

    private mutating func reboot(until time: Double) {
        while nextReboot <= time,
            let number = reboots.indices.min(by: { reboots[$0].occurrences.next < reboots[$1].occurrences.next })
        {
            let begin = reboots[number].occurrences.next
            let end = max(start, begin + reboots[number].duration)
            lastReboot = DeviceReboot(time: begin, end: end, saysFarewell: reboots[number].farewell)
            rebootCount += 1
            if let command = reboots[number].command { commandedReboot = (command, start) }
            start = end
            reboots[number].occurrences.move()
            reboots.removeAll { $0.occurrences.next == .infinity }
            nextReboot = reboots.map(\.occurrences.next).min() ?? .infinity
            for number in sensors.indices { sensors[number].restart() }
        }
    }
}
