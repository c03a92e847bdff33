// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Runs a fleet: one driver moves the simulated time of all devices and starts what they do; there is a task for a device only
/// while a handshake or a report of it is under way.
///
/// `FleetEngine+Time.swift` moves the time, `+Reports.swift` takes values, `+Sessions.swift` and `+Answers.swift` bring them to the server, and
/// `+Events.swift` has happen what the scenario says.
actor FleetEngine {
    /// Real seconds.
    enum Limits {
        /// How long a report waits for its answer.
        static let request = 12.0
        /// How long to wait at the end for what is under way and stored.
        static let grace = 30.0
        /// Within what time at the end all sessions are closed, at most.
        static let rampDown = 5.0
        /// The longest pause between the ends of two sessions.
        static let farewell = 0.001
        /// How often time is looked at, at least.
        static let tick = 0.1
        /// How often a server may refuse a report for now (4.08, 4.29, 5.xx) until it is given up.
        static let refusals = 8
        /// The longest pause between two tries while the fleet waits for its end.
        static let lastPause = 3.0
    }

    let fleet: Fleet
    let surroundings: any FleetSurroundings
    let connector: any DeviceConnector
    let clock: any FleetClock
    let each: @Sendable (Int, Sample) -> Void
    /// How many simulated seconds pass in a real one.
    let rate: Double
    /// The scenario's start, in seconds since 1970.
    let epoch: Double
    let forms: [ReportForm?]

    var clients: [DeviceClient] = []
    var extremes: ValueExtremes
    /// What went over the network, by the number of the group.
    var traffic: [TrafficCounts]

    // Time
    var turns: [Turn] = []
    let timeline: [FleetEvent]
    var nextEvent = 0
    /// The simulated time.
    var simulated = 0.0
    /// Who takes values when, in simulated time.
    var takingsDue = DueQueue()
    /// Who opens a session or tries again when, in real time.
    var triesDue = DueQueue()
    var samples: [Sample] = []

    // Tasks
    var underWay = 0
    var eventTasks: [Task<Void, Never>] = []
    private var idleWaiter: CheckedContinuation<Void, Never>?
    /// True once no more values are taken.
    var isDraining = false
    /// True once no more sessions are opened.
    var isClosing = false

    init(
        _ fleet: Fleet, in surroundings: any FleetSurroundings, connector: any DeviceConnector, clock: any FleetClock,
        each: @escaping @Sendable (Int, Sample) -> Void
    ) {
        let scenario = fleet.scenario
        self.fleet = fleet
        self.surroundings = surroundings
        self.connector = connector
        self.clock = clock
        self.each = each
        rate = scenario.speed.isFinite && scenario.speed > 0 ? scenario.speed : 1
        epoch = fleet.start
        forms = scenario.groups.map { ReportForm(of: $0) }
        timeline = FleetEvent.timeline(of: scenario)
        extremes = ValueExtremes(fleet.devices)
        traffic = scenario.groups.map { _ in TrafficCounts() }
        for (number, group) in scenario.groups.enumerated() where group.count > 0 {
            let devices = clients.count..<(clients.count + group.count)
            turns.append(Turn(devices: devices))
            for index in devices {
                let pause = RetryPause(seed: scenario.seed, device: fleet.devices[index].name)
                clients.append(DeviceClient(group: number, pause: pause))
            }
        }
    }

    /// Runs to the end of the duration, or until the task is cancelled.
    ///
    /// - Throws: `CoAPError` when there is no way to the server or there are no credentials.
    func run() async throws(CoAPError) -> FleetReport {
        try checkBeginning()
        fleet.beginRequests()
        defer { fleet.endRequests() }
        let started = clock.now
        let realStart = MonotonicTime.now
        let duration = fleet.scenario.duration ?? .infinity
        rampUp()
        while !Task.isCancelled {
            if clock.waitsForAll { await idle() }
            startTries()
            await advance(to: min((clock.now - started) * rate, duration))
            performRequests()
            note(elapsed: (MonotonicTime.now - realStart).inSeconds)
            if simulated >= duration { break }
            if clock.waitsForAll, underWay > 0 { continue }
            let next = min(triesDue.next ?? .infinity, started + min(nextMoment, duration) / rate)
            await clock.sleep(until: clock.waitsForAll ? next : min(next, clock.now + Limits.tick))
        }
        let isComplete = !Task.isCancelled
        if isComplete { await drain(realStart) }
        let up = fleet.progress.withLock(\.counters.devicesUp)
        note(elapsed: (MonotonicTime.now - realStart).inSeconds)
        // Who ends the fleet while it waits leaves what is stored undecided.
        await closeAll(givesUp: isComplete && !Task.isCancelled)
        return report(devicesUp: up)
    }

    /// - Throws: `CoAPError` when a group's first device would have no way to its server.
    private func checkBeginning() throws(CoAPError) {
        var seen: Set<Int> = []
        for (index, client) in clients.enumerated()
        where forms[client.group] != nil && seen.insert(client.group).inserted {
            _ = try surroundings.uri(for: fleet.devices[index])
            _ = try surroundings.security(for: fleet.devices[index])
        }
    }

    /// Lets the devices come up one after the other, the last by the middle of the run at the latest.
    private func rampUp() {
        let time = min(fleet.scenario.rampUp * rate, (fleet.scenario.duration ?? .infinity) / 2)
        let reporting = clients.indices.filter { forms[clients[$0].group] != nil }
        for (place, index) in reporting.enumerated() {
            takeNext(index, at: time * Double(place) / Double(reporting.count))
        }
    }

    private func note(elapsed: Double) {
        fleet.progress.withLock { [simulated] progress in
            progress.time = simulated
            progress.elapsed = elapsed
        }
    }

    // MARK: The end

    /// Waits for what is under way and stored.
    private func drain(_ realStart: MonotonicTime) async {
        isDraining = true
        let now = clock.now
        let deadline = now + Limits.grace
        for index in clients.indices {
            if !clients[index].takings.isEmpty { makeReport(index) }
            // Simulated time stands still: nothing else would bring it back.
            if clients[index].phase == .away, !clients[index].queue.isEmpty { comeBack(index) }
            // Long pauses are no use any more.
            guard !clients[index].queue.isEmpty, clients[index].retryAt > now + Limits.lastPause else { continue }
            clients[index].retryAt = now + clients[index].pause.moment(within: Limits.lastPause)
            triesDue.add(index, at: clients[index].retryAt)
        }
        while !Task.isCancelled, clock.now < deadline {
            if clock.waitsForAll { await idle() }
            startTries()
            note(elapsed: (MonotonicTime.now - realStart).inSeconds)
            if underWay == 0, fleet.progress.withLock(\.counters.reportsWaiting) == 0 { return }
            if clock.waitsForAll, underWay > 0 { continue }
            let next = min(deadline, triesDue.next ?? .infinity)
            await clock.sleep(until: clock.waitsForAll ? next : min(next, clock.now + Limits.tick))
        }
    }

    /// Closes all sessions, one after the other.
    ///
    /// - Parameter givesUp: true counts as lost what is stored still.
    private func closeAll(givesUp: Bool) async {
        isClosing = true
        let open = clients.indices.filter { clients[$0].phase == .up }
        let pause = min(min(Limits.rampDown, fleet.scenario.rampUp) / Double(max(1, open.count)), Limits.farewell)
        let begin = clock.now
        for (place, index) in open.enumerated() {
            endSession(index, farewell: true)
            let time = begin + pause * Double(place)
            if time > clock.now + 0.02, !Task.isCancelled { await clock.sleep(until: time) }
        }
        for index in clients.indices {
            clients[index].task?.cancel()
            guard givesUp else { continue }
            let lost = clients[index].queue.removeAll()
            clients[index].reports.lost += UInt32(lost)
            if lost > 0 {
                count {
                    $0.reportsLost += lost; $0.reportsWaiting -= lost
                }
            }
        }
        for task in eventTasks { task.cancel() }
        await idle()
    }

    private func report(devicesUp: Int) -> FleetReport {
        let progress = fleet.progress.withLock { $0 }
        var report = FleetReport(name: fleet.scenario.name)
        report.devices = fleet.devices.count
        report.simulated = simulated
        report.elapsed = progress.elapsed
        report.samples = progress.samples
        report.counters = progress.counters
        report.counters.devicesUp = devicesUp
        report.latency = progress.latency
        report.received = surroundings.received
        report.extremes = extremes.list()
        report.reportsOfDevices = zip(fleet.devices, clients).filter { forms[$0.1.group] != nil }.map {
            ($0.0.name, $0.1.reports)
        }
        .map(FleetReport.OfDevice.init)
        addCharge(to: &report)
        report.judge(fleet.scenario.assertions)
        return report
    }

    /// What the traffic took of the devices' batteries. A group's devices are alike: their sum is taken for one device that was
    /// awake and asleep as long as all of them.
    private func addCharge(to report: inout FleetReport) {
        var (total, devices) = (0.0, 0)
        for (number, group) in fleet.scenario.groups.enumerated() where forms[number] != nil && group.count > 0 {
            let use = EnergyMeter(group.power.radio).use(
                of: traffic[number], credential: group.credential, elapsed: simulated * Double(group.count))
            report.charge[group.name.text] = use.total / Double(group.count)
            total += use.total
            devices += group.count
        }
        if devices > 0 { report.averageCharge = total / Double(devices) }
    }

    // MARK: Tasks

    /// Counts.
    func count(_ change: (inout FleetCounters) -> Void) { fleet.progress.withLock { change(&$0.counters) } }

    /// Something that was under way is done.
    func finished() {
        underWay -= 1
        guard underWay == 0, let waiter = idleWaiter else { return }
        idleWaiter = nil
        waiter.resume()
    }

    /// Waits until nothing is under way.
    private func idle() async {
        while underWay > 0 {
            await withCheckedContinuation { idleWaiter = $0 }
        }
    }
}
