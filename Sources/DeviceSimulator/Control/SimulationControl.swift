// SPDX-License-Identifier: Apache-2.0

public import CoAP
import Logging

/// What people break a simulation by while it runs: resources by which something goes wrong with devices at once.
///
/// Whoever may POST to them disturbs every device: they are off unless somebody wants them, and subject to the policy of the
/// router's middleware like any resource. Each use is logged with the identity.
public struct SimulationControl: Sendable {
    /// What a command does to devices.
    enum Change: Sendable {
        /// A fault of the command with this number happens to devices, by their numbers.
        case inject(Fault, command: Int, devices: [Int])
        /// The faults of commands end.
        case withdraw(Set<Int>)
    }

    private struct State {
        var faults: [InjectedFault] = []
        var count = 0
    }

    private let scenario: Scenario
    private let devices: [Device]
    private let present: @Sendable () -> Double
    private let apply: @Sendable (Change) -> Void
    private let state = Locked(State())

    /// How many faults may last at a time.
    static let maximumActive = 64

    /// Control over devices.
    ///
    /// - Parameters:
    ///   - devices: all devices of the simulation.
    ///   - scenario: what they come from.
    public init(of devices: [Device], in scenario: Scenario) {
        self.devices = devices
        self.scenario = scenario
        present = { devices.first?.time ?? 0 }
        apply = { change in change.apply(to: devices) }
    }

    /// Control over a fleet.
    public init(of fleet: Fleet) {
        devices = fleet.devices
        scenario = fleet.scenario
        present = { fleet.time }
        apply = { fleet.apply($0) }
    }

    /// Puts `/simulation` and `/simulation/faults` on a router.
    public func register(on router: Router) {
        let formats = SimulationStatus.contentFormats
        router.get(
            "simulation",
            attributes: .init(resourceType: "simulation", contentFormats: formats, title: "What is simulated")
        ) { _, _ in status }
        let attributes = LinkAttributes(
            resourceType: "simulation.faults", contentFormats: formats,
            title: "What goes wrong by hand; POST adds, DELETE ends")
        router.get("simulation/faults", attributes: attributes) { _, _ in ActiveFaults(faults: active, time: time) }
        registerWithdrawal(on: router)
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

    private func registerWithdrawal(on router: Router) {
        router.delete("simulation/faults") { request, context in
            let targets = request.options.uriQuery.filter { $0.hasPrefix("target=") }.map { String($0.dropFirst(7)) }
            guard targets.count == request.options.uriQuery.count, targets.count <= 1 else {
                throw ResponseError(.badRequest, "the query is nothing, or target=room-1/*")
            }
            let count = withdraw(from: targets.first)
            context.logger.notice(
                "faults by hand ended",
                metadata: [
                    "coap.simulation.target": "\(PrintableText.escaped((targets.first ?? "*").utf8.prefix(80)))",
                    "coap.simulation.faults": "\(count)", "coap.peer.identity": "\(context.peer.identity)",
                ])
            return Response(.deleted, text: "\(count) \(count == 1 ? "fault" : "faults") ended")
        }
    }

    /// Ends what was asked for. A device that is away for it comes back.
    ///
    /// - Parameter target: a pattern of the targets as they are listed, `room-1/*`; nil for all.
    /// - Returns: how many faults ended.
    @discardableResult
    public func withdraw(from target: String? = nil) -> Int {
        let glob = target.map(NameGlob.init)
        let now = time
        return state.withLock { state in
            let ended = state.faults.filter { $0.isHeld(at: now) && glob?.matches("\($0.command.target)") ?? true }
            let numbers = Set(ended.map(\.number))
            state.faults.removeAll { !$0.isHeld(at: now) || numbers.contains($0.number) }
            if !numbers.isEmpty { apply(.withdraw(numbers)) }
            return ended.count { $0.isActive(at: now) }
        }
    }

    /// Has something go wrong from now on.
    ///
    /// - Parameters:
    ///   - command: what.
    ///   - identity: who asks for it.
    /// - Returns: how many devices it meets, and the command as it was understood.
    /// - Throws: `ResponseError` with 4.04 when it meets none, and says what there is; 4.00 for a reboot of a resource; 5.03 when too many
    ///   faults last.
    @discardableResult
    public func inject(
        _ command: FaultCommand, by identity: PeerIdentity
    ) throws(ResponseError) -> (devices: Int, command: FaultCommand) {
        var command = command
        if case .reboot = command.kind, command.target.resource != nil {
            throw FaultCommand.refusal("a reboot is one of a whole device")
        }
        let met: [Int]
        (command.target, met) = command.target.resolved(among: devices, for: command.kind)
        guard !met.isEmpty else { throw ResponseError(.notFound, missing(command.target)) }
        let now = time
        let applied = command
        let period = longestPeriod(of: met)
        let isAdded = state.withLock { state in
            state.faults.removeAll { !$0.isHeld(at: now) }
            guard state.faults.count < Self.maximumActive else { return false }
            state.count += 1
            state.faults.append(
                InjectedFault(
                    number: state.count, command: applied, identity: identity, devices: met.count, start: now,
                    period: period))
            apply(.inject(applied.fault, command: state.count, devices: met))
            return true
        }
        guard isAdded else {
            throw ResponseError(
                .serviceUnavailable, "\(Self.maximumActive) faults last already; wait, or end them by DELETE")
        }
        return (met.count, command)
    }

    /// Within how many seconds each sensor of devices samples.
    private func longestPeriod(of numbers: [Int]) -> Double {
        var longest = 0.0
        var described: [DeviceResource] = []
        for number in numbers where devices[number].group.resources != described {
            described = devices[number].group.resources
            for case .sensor(let sensor) in described.lazy.map(\.content) {
                longest = max(longest, SensorState.period(of: sensor))
            }
        }
        return longest
    }

    private func missing(_ target: FaultTarget) -> String {
        let shown = PrintableText.escaped("\(target)".utf8.prefix(80))
        let names = devices.prefix(3).map(\.name).joined(separator: ", ") + (devices.count > 3 ? " …" : "")
        let paths = Set(devices.lazy.flatMap { $0.group.resources.map(\.path) }.prefix(200)).sorted().prefix(8)
        return "no device or sensor here is \(shown); devices: \(names); resources: \(paths.joined(separator: ", "))"
    }

    /// The present moment, in seconds since the scenario's start.
    private var time: Double { present() }

    private var active: [InjectedFault] {
        let now = time
        return state.withLock { $0.faults.filter { $0.isActive(at: now) } }
    }

    private var status: SimulationStatus {
        SimulationStatus(
            scenario: scenario.name, title: scenario.title, time: time, speed: scenario.speed, devices: devices.count,
            running: devices.count(where: \.isRunning), faults: active.count)
    }
}

extension SimulationControl.Change {
    /// Does it to devices at their present moment.
    func apply(to all: [Device]) {
        switch self {
        case .inject(let fault, let command, let devices):
            for number in devices { all[number].inject(fault, command: command) }
        case .withdraw(let commands):
            for device in all { device.withdraw(commands) }
        }
    }
}
