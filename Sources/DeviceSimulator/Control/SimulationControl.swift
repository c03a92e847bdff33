// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Logging

/// What people break a simulation by while it runs: resources by which something goes wrong with devices at once.
///
/// Whoever may POST to them disturbs every device: they are off unless somebody wants them, and subject to the policy of the
/// router's middleware like any resource. Each use is logged with the identity.
public struct SimulationControl: Sendable {
    /// Has a fault happen at all devices of a pattern.
    public typealias Injection = @Sendable (_ fault: Fault, _ devices: String) -> Void

    private let scenario: Scenario
    private let devices: [Device]
    private let injection: Injection?
    private let injected = Locked<[InjectedFault]>([])

    /// How many faults are remembered, for the list of those that last.
    static let maximumRemembered = 100

    /// Control over devices.
    ///
    /// - Parameters:
    ///   - devices: all devices of the simulation.
    ///   - scenario: what they come from.
    ///   - injection: has a fault happen; each device is told itself without it.
    public init(of devices: [Device], in scenario: Scenario, injection: Injection? = nil) {
        self.devices = devices
        self.scenario = scenario
        self.injection = injection
    }

    /// Control over a fleet.
    public init(of fleet: Fleet) {
        self.init(of: fleet.devices, in: fleet.scenario) { fleet.inject($0, devices: $1) }
    }

    /// Puts `/simulation` and `/simulation/faults` on a router.
    public func register(on router: Router) {
        let formats = SimulationStatus.contentFormats
        router.get(
            "simulation",
            attributes: .init(resourceType: "simulation", contentFormats: formats, title: "What is simulated")
        ) { _, _ in status }
        let attributes = LinkAttributes(
            resourceType: "simulation.faults", contentFormats: formats, title: "What goes wrong by hand; POST adds")
        router.get("simulation/faults", attributes: attributes) { _, _ in ActiveFaults(faults: active, time: time) }
        router.post("simulation/faults") { request, context in
            let command: FaultCommand = try request.decode()
            let (count, applied) = try inject(command, by: context.peer.identity)
            context.logger.notice(
                "fault injected by hand",
                metadata: [
                    "coap.simulation.fault": "\(applied)", "coap.simulation.devices": "\(count)",
                    "coap.peer.identity": "\(context.peer.identity)",
                ])
            return Response(.changed, text: "\(applied): \(count) \(count == 1 ? "device" : "devices")")
        }
    }

    /// Has something go wrong from now on.
    ///
    /// - Parameters:
    ///   - command: what.
    ///   - identity: who asks for it.
    /// - Returns: how many devices it meets, and the command as it was understood.
    /// - Throws: `ResponseError` with 4.04 when it meets none, and says what there is.
    @discardableResult
    public func inject(
        _ command: FaultCommand, by identity: PeerIdentity
    ) throws(ResponseError) -> (devices: Int, command: FaultCommand) {
        var command = command
        let met: [Device]
        (command.target, met) = command.target.resolved(among: devices)
        guard !met.isEmpty else { throw ResponseError(.notFound, missing(command.target)) }
        if let injection, command.target.resource == nil || met.count == devices.count {
            injection(command.fault, command.target.devices)
        } else if let injection {
            // Those of other kinds beside them have no such resource.
            for device in met { injection(command.fault, device.name) }
        } else {
            for device in met { device.inject(command.fault) }
        }
        let now = time
        let new = InjectedFault(command: command, identity: identity, devices: met.count, start: now)
        injected.withLock { injected in
            injected.removeAll { !$0.isActive(at: now) }
            injected.append(new)
            injected.removeFirst(max(0, injected.count - Self.maximumRemembered))
        }
        return (met.count, command)
    }

    private func missing(_ target: FaultTarget) -> String {
        let shown = PrintableText.escaped("\(target)".utf8.prefix(80))
        let names = devices.prefix(3).map(\.name).joined(separator: ", ") + (devices.count > 3 ? " …" : "")
        let paths = Set(devices.lazy.flatMap { $0.group.resources.map(\.path) }.prefix(200)).sorted().prefix(8)
        return "nothing here is \(shown); devices: \(names); resources: \(paths.joined(separator: ", "))"
    }

    /// The present moment, in seconds since the scenario's start.
    private var time: Double { devices.lazy.map(\.time).first ?? 0 }

    private var active: [InjectedFault] {
        let now = time
        return injected.withLock { $0.filter { $0.isActive(at: now) } }
    }

    private var status: SimulationStatus {
        SimulationStatus(
            scenario: scenario.name, title: scenario.title, time: time, speed: scenario.speed, devices: devices.count,
            running: devices.count(where: \.isRunning), faults: active.count)
    }
}
