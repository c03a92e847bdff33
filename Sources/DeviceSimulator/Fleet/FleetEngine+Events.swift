// SPDX-License-Identifier: Apache-2.0

import CoAP

extension FleetEngine {
    /// Has an event of the scenario happen.
    func happen(_ event: FleetEvent) {
        switch event.action {
        case .fault(let kind, let devices, let resource, let duration):
            let fault = Fault(kind, resource: resource, .at(event.time), duration: duration)
            for index in fleet.indices(matching: devices) {
                step(index, to: event.time)
                fleet.devices[index].inject(fault)
            }
        case .write(let devices, let path, let value):
            for index in fleet.indices(matching: devices) { write(value, to: path, of: index, at: event.time) }
        case .serverRestart(let downFor): perform(.serverRestart(downFor: real(downFor)), [])
        case .outage(let devices, let duration):
            perform(.outage(devices: devices, duration: real(duration)), indices(of: event, devices))
        case .rotateCredentials(let devices), .expireCredentials(let devices), .revokeCredentials(let devices),
            .rebind(let devices):
            perform(event.action, indices(of: event, devices))
        }
    }

    /// The real seconds that simulated ones take, at most thirty years: more is no `Duration` any more.
    private func real(_ simulated: Double) -> Double { min(simulated / rate, 1e9) }

    /// Does what people have asked for, at the present moment.
    func performRequests() {
        for request in fleet.takeRequests() {
            let devices = request.devices ?? Array(clients.indices)
            for index in devices { step(index, to: simulated) }
            request.perform(on: fleet.devices)
            // Who is away or back since then says so at once.
            for index in devices { step(index, to: simulated) }
        }
    }

    private func indices(of event: FleetEvent, _ pattern: String) -> [Int] {
        event.devices.map(Array.init) ?? fleet.indices(matching: pattern)
    }

    private func write(_ value: Double, to path: String, of index: Int, at time: Double) {
        let resources = fleet.devices[index].group.resources
        guard let resource = resources.firstIndex(where: { $0.path == path }) else { return }
        step(index, to: time)
        do throws(ResponseError) {
            try fleet.devices[index].write(value, to: resource, by: .anonymous)
        } catch {
            count { $0.writesRefused += 1 }
        }
    }

    private func perform(_ action: ScenarioEvent.Action, _ indices: [Int]) {
        underWay += 1
        let devices = indices.map { fleet.devices[$0] }
        eventTasks.append(
            Task { [surroundings] in
                let error = await Self.perform(action, devices, in: surroundings)
                performed(action, indices, error)
            })
    }

    private nonisolated static func perform(
        _ action: ScenarioEvent.Action, _ devices: [Device], in surroundings: any FleetSurroundings
    ) async -> CoAPError? {
        do throws(CoAPError) {
            try await surroundings.perform(action, devices: devices)
            return nil
        } catch {
            return error
        }
    }

    private func performed(_ action: ScenarioEvent.Action, _ indices: [Int], _ error: CoAPError?) {
        defer { finished() }
        if let error {
            if error.code != .cancelled { count { $0.errors[error.code.description, default: 0] += 1 } }
            return
        }
        guard case .rotateCredentials = action, !isClosing else { return }
        // Not all at once.
        let spread = min(2, Double(indices.count) / 500)
        for index in indices {
            let moment = clock.now + clients[index].pause.moment(within: spread)
            switch clients[index].phase {
            case .up: clients[index].renews = true
            case .pausing: clients[index].retryAt = moment
            case .off, .resting, .opening, .away: continue
            }
            triesDue.add(index, at: moment)
        }
    }
}
