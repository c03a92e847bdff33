// SPDX-License-Identifier: Apache-2.0

import CoAP

extension Fleet {
    /// Makes the values without a network and without waiting, from the scenario's start, with devices of its own: each call makes
    /// the same. A scenario without a date begins on ``Scenario/usualStart``.
    ///
    /// Faults and writes among the scenario's events happen just after the samples of their moment; events that concern the network
    /// do not happen.
    ///
    /// - Parameters:
    ///   - duration: for how many simulated seconds; nil for the scenario's, or an hour where it has none. The last moment counts.
    ///   - each: as for ``run(in:each:)``: by time, then by device, then by resource.
    /// - Returns: what came of it, with a verdict on each assertion about values. It ends early when the task is cancelled.
    public func runOffline(duration: Double? = nil, each: (Int, Sample) -> Void) -> FleetReport {
        let clock = ContinuousClock()
        let began = clock.now
        let end = duration ?? scenario.duration ?? 3600
        let fleet = Fleet(scenario.starting(at: Scenario.usualStart))
        var extremes = ValueExtremes(fleet.devices)
        var report = FleetReport(name: scenario.name)
        report.devices = fleet.devices.count
        report.simulated = fleet.goThrough(until: end, refused: &report.counters.writesRefused) { device, sample in
            extremes.note(device: device, sample)
            each(device, sample)
        }
        report.samples = extremes.count
        report.extremes = extremes.list()
        report.elapsed = (clock.now - began) / .seconds(1)
        report.judge(scenario.assertions.filter(\.isAboutValues))
        return report
    }

    /// Moves all devices through the time to an end.
    ///
    /// - Returns: how far they came.
    private func goThrough(until end: Double, refused: inout Int, each: (Int, Sample) -> Void) -> Double {
        // The devices of a group sample at the same times: one look at the first tells when it is their turn.
        var groups: [Range<Int>] = []
        for group in scenario.groups where group.count > 0 {
            let first = groups.last?.upperBound ?? 0
            groups.append(first..<(first + group.count))
        }
        var events = scenario.events.sorted { $0.time < $1.time }[...]
        var turns = groups.map { devices[$0.lowerBound].nextSample }
        while !Task.isCancelled {
            let now = turns.min() ?? .infinity
            while let event = events.first, event.time < min(now, end) {
                events.removeFirst()
                happen(event, refused: &refused, each: each)
            }
            guard now <= end else { return end }
            for number in groups.indices where turns[number] <= now {
                for device in groups[number] {
                    devices[device].advance(to: now) { each(device, $0) }
                }
                turns[number] = devices[groups[number].lowerBound].nextSample
            }
        }
        return devices.first?.time ?? 0
    }

    private func happen(_ event: ScenarioEvent, refused: inout Int, each: (Int, Sample) -> Void) {
        switch event.action {
        case .fault(let kind, let pattern, let resource, let duration):
            let fault = Fault(kind, resource: resource, .at(event.time), duration: duration)
            for (number, device) in named(pattern) {
                device.advance(to: event.time) { each(number, $0) }
                device.inject(fault)
            }
        case .write(let pattern, let path, let value):
            for (number, device) in named(pattern) {
                device.advance(to: event.time) { each(number, $0) }
                guard let resource = device.group.resources.firstIndex(where: { $0.path == path }) else { continue }
                do throws(ResponseError) {
                    try device.write(value, to: resource, by: .anonymous)
                } catch {
                    refused += 1
                }
            }
        case .serverRestart, .rotateCredentials, .expireCredentials, .revokeCredentials, .outage, .rebind: break
        }
    }

    private func named(_ pattern: String) -> [(Int, Device)] {
        let glob = NameGlob(pattern)
        return devices.enumerated().filter { glob.matches($0.element.name) }.map { ($0.offset, $0.element) }
    }
}

extension Assertion {
    /// True for what can be judged without a network.
    fileprivate var isAboutValues: Bool {
        switch check {
        case .between, .metric(.writesRefused, _, _): true
        case .metric, .reports: false
        }
    }
}
