// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Logging

/// The events of a scenario whose devices are served: what concerns devices happens, what concerns server and links does not.
struct HostedEvents: Sendable {
    private let scenario: Scenario
    private let devices: [Device]
    private let logger: Logger

    init(_ scenario: Scenario, _ devices: [Device], logger: Logger) {
        self.scenario = scenario
        self.devices = devices
        self.logger = logger
    }

    /// Carries events out at their times, until all are done or the task is cancelled.
    ///
    /// - Parameter time: the simulated time, in seconds since the scenario's start.
    func run(time: () -> Double) async {
        for event in scenario.events.sorted(by: { $0.time < $1.time }) where Self.name(ofOmitted: event.action) == nil {
            while case let rest = event.time - time(), rest > 0 {
                guard (try? await Task.sleep(for: .seconds(min(rest / scenario.speed, 3_600)))) != nil else { return }
            }
            perform(event.action)
        }
    }

    /// Has an event happen.
    func perform(_ action: ScenarioEvent.Action) {
        switch action {
        case .fault(let kind, let pattern, let resource, let duration):
            let command = FaultCommand(kind, FaultTarget(devices: pattern, resource: resource), duration: duration)
            let met = command.devices(among: devices)
            for device in met { device.inject(command.fault) }
            logger.notice("event: \(command)", metadata: ["coap.simulation.devices": "\(met.count)"])
        case .write(let pattern, let path, let value):
            let met = FaultTarget(devices: pattern, resource: path).devices(among: devices)
            var refusal: ResponseError?
            for device in met {
                guard let number = device.group.resources.firstIndex(where: { $0.path == path }) else { continue }
                do throws(ResponseError) {
                    try device.write(value, to: number, by: .anonymous)
                } catch {
                    refusal = error
                }
            }
            var metadata: Logger.Metadata = ["coap.simulation.devices": "\(met.count)"]
            if let refusal { metadata["coap.error"] = "\(refusal.code): \(refusal.diagnostic ?? "")" }
            logger.notice("event: \(path) of \(pattern) is set to \(value)", metadata: metadata)
        default: break
        }
    }

    /// What does not happen here, in a sentence; nil when all does.
    var omissions: String? {
        var names: [String] = []
        for name in scenario.events.compactMap({ Self.name(ofOmitted: $0.action) }) where !names.contains(name) {
            names.append(name)
        }
        let hasLinks = scenario.groups.contains { $0.link != nil }
        let hasReports = scenario.groups.contains { $0.report != nil }
        var parts = names.isEmpty ? [] : ["its events \(names.joined(separator: ", "))"]
        if hasLinks { parts.append("its links") }
        if hasReports { parts.append("its reports") }
        guard !parts.isEmpty else { return nil }
        return "\(scenario.name): \(parts.joined(separator: " and ")) are for 'coap simulate' and do not happen here"
    }

    /// What an event that does not concern devices is called in files; nil for one that happens here.
    private static func name(ofOmitted action: ScenarioEvent.Action) -> String? {
        switch action {
        case .serverRestart: "restart-server"
        case .rotateCredentials: "rotate-keys"
        case .expireCredentials: "expire"
        case .revokeCredentials: "revoke"
        case .outage: "outage"
        case .rebind: "rebind"
        case .fault, .write: nil
        }
    }
}
