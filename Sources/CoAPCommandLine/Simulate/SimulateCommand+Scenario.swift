// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import ScenarioFile

// What the arguments make of a scenario.
extension SimulateCommand {
    static var listing: String {
        let rows = ScenarioDocument.shipped.map { [$0.name, $0.title] }
        return Table(heading: ["NAME", "TITLE"], rows: rows).text(for: .output)
    }

    /// The scenario as the options want it.
    func changed(_ read: Scenario) throws(CoAPError) -> Scenario {
        var scenario = read
        if let seed { scenario.seed = seed }
        if let duration {
            guard let parsed = DurationText.parse(duration), parsed > .zero else {
                throw CoAPError(
                    .invalidArgument,
                    "--duration '\(PrintableText.escaped(duration.utf8))' is no duration: write 90s, 10min, 1h")
            }
            scenario.duration = parsed / .seconds(1)
        }
        if let speed {
            guard Scenario.speeds.contains(speed) else {
                throw CoAPError(
                    .invalidArgument, "--speed takes a number from 0.001 to 1000000; --no-wait is as fast as possible")
            }
            scenario.speed = speed
        }
        if noWait { scenario.speed = .infinity }
        if let count {
            guard (1...100_000).contains(count) else {
                throw CoAPError(.invalidArgument, "--count takes a number from 1 to 100000")
            }
            let numbered = scenario.groups.indices.filter { scenario.groups[$0].isNumbered }
            guard !numbered.isEmpty else {
                throw CoAPError(
                    .invalidArgument,
                    "--count \(count): every group of the scenario is one device, since no name has an {n} to count by")
            }
            for index in numbered { scenario.groups[index].count = count }
        }
        return scenario
    }

    func refuseContradictions() throws(CoAPError) {
        let writers = [("--json", json), ("--csv -", csv == "-"), ("--junit -", junit == "-")].filter(\.1).map(\.0)
        guard writers.count <= 1 else {
            throw CoAPError(
                .invalidArgument,
                "\(writers.joined(separator: " and ")) both want the standard output; take a file for one of them")
        }
        guard !offline || uri == nil else {
            throw CoAPError(.invalidArgument, "--offline needs no server; leave one of both out")
        }
        guard !offline || control == nil else {
            throw CoAPError(.invalidArgument, "--offline is over in a moment and takes no --control; leave one out")
        }
        guard speed == nil || !noWait else {
            throw CoAPError(.invalidArgument, "--speed and --no-wait contradict each other; leave one out")
        }
        guard uri != nil || !credentials.isGiven else {
            throw CoAPError(
                .invalidArgument,
                "credentials are for somebody else's server, and none is named: add coaps://host, or leave them out")
        }
    }

    /// The scenario as it can be run where the devices' server is somebody else's.
    func fitted(_ scenario: Scenario, to server: CoAPURI?) throws(CoAPError) -> Scenario {
        guard !offline else { return scenario }
        guard scenario.groups.contains(where: { $0.report != nil }) else {
            throw CoAPError(
                .invalidArgument,
                "no device of '\(PrintableText.escaped(scenario.name.utf8))' reports to a server; host them with "
                    + "coap-server --scenario, or add --offline for their values")
        }
        guard !noWait || scenario.duration != nil else {
            throw CoAPError(.invalidArgument, "--no-wait needs an end: add --duration")
        }
        guard !noWait || !scenario.takesRealTime else {
            throw CoAPError(
                .invalidArgument,
                "--no-wait lets no time pass, and the scenario's links, outages and restarts of the server take theirs; "
                    + "take --speed with a number instead")
        }
        guard let server else { return scenario }
        var scenario = scenario
        for index in scenario.groups.indices where !server.path.isEmpty {
            scenario.groups[index].report?.path = server.path.joined(separator: "/")
        }
        let count = scenario.events.count
        scenario.events.removeAll(where: \.needsOwnServer)
        let removed = count - scenario.events.count
        guard removed == 0 || skipServerEvents else {
            throw CoAPError(
                .invalidArgument,
                "\(removed) of the scenario's events restart the server or change credentials, which cannot be done to "
                    + "somebody else's; leave the URI out, or add --skip-server-events")
        }
        return scenario
    }
}

extension DeviceGroup {
    /// True where a name stands for as many devices as are wanted.
    fileprivate var isNumbered: Bool { name.name(number: 1) != name.name(number: 2) }
}

extension Scenario {
    /// True where something lasts in real time.
    fileprivate var takesRealTime: Bool {
        groups.contains { $0.link != nil }
            || events.contains { event in
                switch event.action {
                case .outage, .serverRestart: true
                default: false
                }
            }
    }
}

extension ScenarioEvent {
    /// True for what only the simulation's own server can do.
    fileprivate var needsOwnServer: Bool {
        switch action {
        case .serverRestart, .rotateCredentials, .expireCredentials, .revokeCredentials: true
        case .outage, .rebind, .fault, .write: false
        }
    }
}
