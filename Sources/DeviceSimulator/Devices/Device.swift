// SPDX-License-Identifier: Apache-2.0

public import CoAP

/// One simulated device: its world, its sensors and its actuators, on simulated time. It knows no socket.
///
/// Time is in seconds since the scenario's start and moves only by ``advance(to:each:)``, which may be called from any thread; whoever
/// runs devices, in real time or in a loop without waiting, calls it. The values follow from the scenario's seed and the device's
/// name, whatever the steps in which time moves.
public final class Device: Sendable {
    /// Its name, `room-007`.
    public let name: String
    /// Its number in its group.
    public let number: Int
    /// What it is one of.
    public let group: DeviceGroup

    private let state: Locked<DeviceState>

    /// A device at the scenario's start.
    ///
    /// - Parameters:
    ///   - number: its number in the group.
    ///   - group: what it is one of.
    ///   - scenario: gives seed, start and shared signals.
    public init(number: Int, of group: DeviceGroup, in scenario: Scenario) {
        self.number = number
        self.group = group
        name = group.deviceName(number)
        let scenario = scenario.starting(at: Scenario.presentDate)
        state = Locked(DeviceState(name: name, group: group, scenario: scenario))
    }

    /// The simulated time it has come to, in seconds since the scenario's start.
    public var time: Double { state.withLock(\.time) }

    /// Moves its time on, and tells of each value that its sensors take on the way, in the order in which
    /// they were taken.
    ///
    /// - Parameters:
    ///   - time: up to when, in seconds since the scenario's start; a time that has passed does nothing.
    ///   - each: is called with each value, while the device can not be asked for anything; it must be short.
    public func advance(to time: Double, each: (Sample) -> Void = { _ in }) {
        state.withLock { $0.advance(to: time, each: each) }
    }

    /// The newest value of the sensor or actuator with this number among the group's resources; nil where there is none: it
    /// has dropped out, warms up, or the device is away.
    public func value(of resource: Int) -> Double? { state.withLock { $0.value(of: resource) } }

    /// The newest sample of the sensor with this number among the group's resources, with its time by the device's clock; nil where
    /// there is none.
    public func sample(of resource: Int) -> Sample? { state.withLock { $0.sample(of: resource) } }

    /// The smallest and the largest number that a sensor has shown since the device's last start; nil where there is none.
    public func extremes(of resource: Int) -> ClosedRange<Double>? { state.withLock { $0.extremes(of: resource) } }

    /// When the next of its sensors samples, in seconds since the scenario's start; infinite without sensors. Devices of a group
    /// have it in common.
    public var nextSample: Double { state.withLock(\.nextSample) }

    /// How often it has started anew.
    public var rebootCount: Int { state.withLock(\.rebootCount) }

    /// When it has started anew last; nil when it never has. Its end may lie ahead.
    public var lastReboot: DeviceReboot? { state.withLock(\.lastReboot) }

    /// An actuator as it moves, by its number among the group's resources; nil for what is none.
    func actuator(of resource: Int) -> ActuatorState? { state.withLock { $0.actuator(of: resource) } }

    /// True while it is switched on; false while it reboots.
    public var isRunning: Bool { state.withLock(\.isRunning) }

    /// Has something go wrong from now on.
    ///
    /// - Parameters:
    ///   - fault: what; its ``Fault/occurrence`` and ``Fault/devices`` do not count.
    public func inject(_ fault: Fault) { state.withLock { $0.inject(fault, command: nil) } }

    /// The same by a command, which can be taken back.
    func inject(_ fault: Fault, command: Int) { state.withLock { $0.inject(fault, command: command) } }

    /// Ends what was injected by commands.
    func withdraw(_ commands: Set<Int>) { state.withLock { $0.withdraw(commands) } }

    /// Sets an actuator.
    ///
    /// - Parameters:
    ///   - resource: its number among the group's resources.
    ///   - value: 0 or 1 for a switch, per cent for a dimmer or valve, or a value in its unit.
    ///   - identity: who asks for it.
    /// - Throws: `ResponseError` with the reason when it refuses: 4.00 for a value out of range, 4.09 for one that changes too fast or
    ///   is locked, 5.03 when it fails.
    public func write(_ value: Double, to resource: Int, by identity: PeerIdentity) throws(ResponseError) {
        let refusal: ResponseError? = state.withLock { state in
            do throws(ResponseError) {
                try state.write(value, to: resource, by: identity)
                return nil
            } catch {
                return error
            }
        }
        if let refusal { throw refusal }
    }
}
