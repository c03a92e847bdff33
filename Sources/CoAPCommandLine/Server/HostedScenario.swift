// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Foundation
import Logging

/// A scenario whose devices are served.
struct HostedScenario: Sendable {
    private let scenario: Scenario
    private let devices: [Device]
    private let host: DeviceHost
    private let events: HostedEvents

    /// Makes the devices, and puts their resources on a router, beside `reports` for devices that report, and what breaks the
    /// simulation by hand where that is wanted.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` when a device has the path of what is wanted beside.
    init(_ scenario: Scenario, on router: Router, hasControl: Bool, logger: Logger) throws(CoAPError) {
        self.scenario = scenario
        host = DeviceHost(scenario, logger: logger)
        devices = host.devices
        events = HostedEvents(scenario, devices, logger: logger)
        let paths = HostedPaths(scenario)
        host.register(on: router, auditPath: paths.takes("audit") ? nil : "audit")
        if !paths.takes("reports") { ReportCollector().register(on: router) }
        guard hasControl else { return }
        guard !paths.takes("simulation") else {
            throw CoAPError(
                .invalidArgument,
                "--control needs /simulation, and '\(PrintableText.escaped(scenario.name.utf8))' has a resource there; call "
                    + "that another name")
        }
        SimulationControl(of: devices, in: scenario).register(on: router)
    }

    /// Has time pass until the task is cancelled.
    func run() async {
        await withTaskGroup { group in
            group.addTask { await host.run() }
            group.addTask { await events.run { host.time } }
        }
    }

    /// What the server says of it at its start; empty for the usual one.
    var news: String {
        guard scenario.name != ServerScenario.usualName || scenario.speed != 1 else { return "" }
        var text = "serving \(scenario.name), \(devices.count) \(devices.count == 1 ? "device" : "devices")"
        if let start = scenario.start {
            text += ", from \(ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: start)))"
        }
        if scenario.speed != 1 {
            let speed = scenario.speed
            text += ", \(speed == speed.rounded() ? "\(Int64(speed))" : "\(speed)") simulated seconds a second"
        }
        return text + "\n"
    }

    /// What of the scenario does not happen here, in a sentence; nil when all does.
    var omissions: String? { events.omissions }
}
