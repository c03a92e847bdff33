// SPDX-License-Identifier: Apache-2.0

public import CoAP
public import Logging

/// Devices as CoAP servers: it puts their resources on a router, and has their time go by. It knows no socket.
///
/// ```swift
/// let host = DeviceHost(.thermostat)
/// host.register(on: router)
/// let time = Task { await host.run() }
/// ```
public final class DeviceHost: Sendable {
    /// The devices, in the order they were given in.
    public var devices: [Device] { hosted.map(\.device) }

    /// Real seconds that no change of the date moves.
    public static let monotonicClock: @Sendable () -> Double = SimulatedClock.monotonic

    /// How many records of writes are kept.
    public static let auditCapacity = AuditTrail.capacity

    let hosted: [HostedDevice]
    let recorder: AuditRecorder
    private let clock: SimulatedClock
    private let logger: Logger?

    /// How many samples and steps of models a device makes at once, at most.
    private static let work = 4_000.0

    /// A host of devices, whose simulated time begins now.
    ///
    /// - Parameters:
    ///   - devices: the devices, made for this scenario; their names differ.
    ///   - scenario: gives the date at the start, which is the present one where it has none, and how fast time goes.
    ///   - clock: real seconds, from any moment on.
    ///   - logger: gets each accepted write and each fail-safe value; those that are refused at the level `debug`.
    ///   - onAudit: is called with each write that was accepted or refused, and each fail-safe value; it must be short.
    public init(
        devices: [Device], scenario: Scenario, clock: @escaping @Sendable () -> Double = DeviceHost.monotonicClock,
        logger: Logger? = nil, onAudit: @escaping @Sendable (ActuatorAudit) -> Void = { _ in }
    ) {
        let time = SimulatedClock(
            start: scenario.start ?? SimulatedClock.date, speed: scenario.speed, stride: Self.stride(of: devices),
            clock: clock)
        let recorder = AuditRecorder(logger: logger, each: onAudit)
        self.clock = time
        self.logger = logger
        self.recorder = recorder
        hosted = devices.map { HostedDevice($0, clock: time, recorder: recorder) }
        advance()
    }

    /// A host of all of a scenario's devices; parameters as in the other initializer.
    public convenience init(
        _ scenario: Scenario, clock: @escaping @Sendable () -> Double = DeviceHost.monotonicClock,
        logger: Logger? = nil, onAudit: @escaping @Sendable (ActuatorAudit) -> Void = { _ in }
    ) {
        let dated = scenario.starting(at: SimulatedClock.date)
        let devices = dated.groups.flatMap { group in
            group.numbers.map { Device(number: $0, of: group, in: dated) }
        }
        self.init(devices: devices, scenario: dated, clock: clock, logger: logger, onAudit: onAudit)
    }

    /// How many simulated seconds devices may move on at once.
    private static func stride(of devices: [Device]) -> Double {
        var most = 1.0
        var described: [DeviceResource] = []
        for device in devices where device.group.resources != described {
            described = device.group.resources
            // Models and actuators make a step a second.
            var rate = 1.0
            for case .sensor(let sensor) in described.lazy.map(\.content) { rate += 1 / SensorState.period(of: sensor) }
            most = max(most, rate)
        }
        return work / most
    }

    /// The simulated time, in seconds since the start. It falls behind where devices cannot be computed as fast as it should go.
    public var time: Double { clock.now }

    /// Who set which actuator: the newest ``auditCapacity`` records, the oldest one first.
    public var audit: [ActuatorAudit] { recorder.records }

    /// Moves all devices on to the present and tells observers of what has changed.
    public func advance() {
        let end = clock.due
        while true {
            let now = clock.now
            for device in hosted { device.advance() }
            clock.reach(now)
            if now >= end { return }
        }
    }

    /// Sets an actuator as a client would: it may refuse, is taken down, and its observers are told.
    ///
    /// - Parameters:
    ///   - value: 0 or 1 for a switch, per cent for a dimmer or valve, or a value in its unit.
    ///   - path: the resource's path at the device, `actuators/heater`.
    ///   - name: the device's name.
    ///   - identity: who asks for it.
    /// - Throws: `ResponseError` with the reason when it refuses; 4.04 where there is no such actuator.
    public func write(
        _ value: Double, to path: String, of name: String, by identity: PeerIdentity
    ) throws(ResponseError) {
        guard let device = hosted.first(where: { $0.device.name == name }),
            let number = device.device.group.resources.firstIndex(where: { $0.path == path && $0.isActuator })
        else { throw ResponseError(.notFound, "no such actuator") }
        try device.set(number, by: identity) { () throws(ResponseError) in value }
    }

    /// Has time go by until the task is cancelled: whenever the next sensor samples, all devices move on.
    ///
    /// Where they cannot be computed as fast as time should go, time goes more slowly, which is logged once.
    public func run() async {
        var isLate = false
        while !Task.isCancelled {
            let now = clock.now
            let late = (clock.due - now) / clock.speed
            for (number, device) in hosted.enumerated() {
                device.advance()
                guard number % 64 == 63 else { continue }
                // Thousands of devices must not keep a thread for themselves.
                await Task.yield()
                if Task.isCancelled { return }
            }
            clock.reach(now)
            if late > Self.patience, !isLate {
                isLate = true
                logger?.warning(
                    "the devices cannot be computed as fast as time should go: it goes more slowly",
                    metadata: ["coap.simulation.speed": "\(clock.speed)", "coap.simulation.devices": "\(hosted.count)"])
            }
            // Once a second at least, for actuators; not more often than 20 times a second, however fast time goes, but where it
            // has to catch up.
            let next = hosted.lazy.map(\.device.nextSample).min() ?? .infinity
            let wait = min(max((min(next, now + clock.stride / 2) - clock.now) / clock.speed, 0.05), 1)
            try? await Task.sleep(for: .seconds(clock.due > clock.now ? 0.005 : wait))
        }
    }

    /// How many real seconds time may be late before that is told.
    private static let patience = 2.0
}
