// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A device behind a server: what its resources answer, and whom it tells of changes.
///
/// Each question moves the device on to the present first, so that it is never older than its sensors' last samples.
final class HostedDevice: Sendable {
    let device: Device
    /// Its name as a URN (RFC 9039).
    let urn: String
    let clock: SimulatedClock
    private let recorder: AuditRecorder
    private let state: Locked<State>

    private struct State {
        /// What the observers of each resource were told last, by the resource's number.
        var shown: [UInt64?]
        /// How often each actuator has taken its fail-safe value by itself.
        var failSafes: [Int]
        var rebootCount = 0
        /// Before that nothing changes by itself: requests that come meanwhile need not look.
        var nextLook = -Double.infinity
        var firmware = FirmwareUpdate()
        var observables: [ObservableResource?]
    }

    /// What has happened, to be told when the device can be asked again.
    private struct News {
        var changed: [ObservableResource] = []
        var farewell = false
        var audits: [ActuatorAudit] = []
    }

    init(_ device: Device, clock: SimulatedClock, recorder: AuditRecorder) {
        self.device = device
        self.clock = clock
        self.recorder = recorder
        urn = "urn:dev:ops:32473-\(device.name)"
        let count = device.group.resources.count
        state = Locked(
            State(
                shown: Array(repeating: nil, count: count), failSafes: Array(repeating: 0, count: count),
                observables: Array(repeating: nil, count: count)))
    }

    /// Who is told of a resource's changes.
    func observe(_ number: Int, by observable: ObservableResource) {
        state.withLock { $0.observables[number] = observable }
    }

    /// Moves the device on to the present and tells of what changed on the way.
    ///
    /// - Parameter isTouched: true when something was done to it, so that it may have changed without time passing.
    func advance(isTouched: Bool = false) {
        let (news, observables) = state.withLock { state -> (News, [ObservableResource?]) in
            device.advance(to: clock.now)
            let isQuiet = device.time < state.nextLook && device.rebootCount == state.rebootCount
            guard isTouched || !isQuiet else { return (News(), []) }
            let news = look(&state)
            // Sensors sample on their grid, actuators move on whole seconds.
            state.nextLook = min(device.nextSample, device.time.rounded(.down) + 1)
            if let back = device.lastReboot?.end, back > device.time { state.nextLook = min(state.nextLook, back) }
            return (news, state.observables)
        }
        for audit in news.audits { recorder.record(audit) }
        if news.farewell {
            let answer = away.response
            for (number, observable) in observables.enumerated() where device.group.resources[number].isMeasured {
                observable?.end(with: answer)
            }
        }
        for observable in news.changed { observable.changed() }
    }

    private func look(_ state: inout State) -> News {
        var news = News()
        if device.rebootCount != state.rebootCount, let reboot = device.lastReboot {
            state.rebootCount = device.rebootCount
            news.farewell = reboot.saysFarewell
            // What comes afterwards is new, whatever it is.
            for number in state.shown.indices { state.shown[number] = nil }
        }
        for (number, resource) in device.group.resources.enumerated() {
            switch resource.content {
            case .sensor, .actuator:
                let present = device.value(of: number)
                let before = state.shown[number].map(Double.init(bitPattern:))
                if present?.bitPattern != state.shown[number] {
                    state.shown[number] = present?.bitPattern
                    // Without a value there is nothing to tell, nor is there by one that is no number, which most formats
                    // cannot say: an error would end the observations.
                    if present?.isFinite == true, let observable = state.observables[number] {
                        news.changed.append(observable)
                    }
                }
                // The value may be the same as before.
                lookForFailSafe(number, resource, before: before, &state, &news)
            case .firmware:
                // A device that is away for another reason as well does not run it yet.
                if device.isRunning, state.firmware.advance(to: device.time), let observable = state.observables[number]
                {
                    news.changed.append(observable)
                }
            case .description: break
            }
        }
        return news
    }

    private func lookForFailSafe(
        _ number: Int, _ resource: DeviceResource, before: Double?, _ state: inout State, _ news: inout News
    ) {
        guard let actuator = device.actuator(of: number), actuator.failSafes != state.failSafes[number] else { return }
        state.failSafes[number] = actuator.failSafes
        news.audits.append(
            ActuatorAudit(
                time: clock.date(at: actuator.failSafeSince ?? device.time), device: device.name,
                resource: resource.path, before: before, after: actuator.actuator.envelope.failSafe, identity: nil,
                verdict: .failSafe))
    }

    // MARK: What is not there

    /// The answer of a device that is away, with the time after which it is back.
    private var away: ResponseError {
        let rest = max(0, (device.lastReboot?.end ?? 0) - device.time)
        return unavailable("\(device.name) starts anew; ask again in \(clock.wait(rest)) s", for: rest)
    }

    private func unavailable(_ reason: String, for time: Double) -> ResponseError {
        var options = Options()
        options.maxAge = clock.wait(time)
        return ResponseError(.serviceUnavailable, reason, options: options)
    }

    /// Moves on to the present, and sees that the device is there.
    ///
    /// - Throws: `ResponseError` with 5.03 while it is not.
    func meet() throws(ResponseError) {
        advance()
        guard device.isRunning else { throw away }
    }

    // MARK: Sensors

    /// What a sensor shows.
    ///
    /// - Throws: `ResponseError` with 5.03 and the reason where it shows nothing, or nothing that can be said in the format asked for.
    func reading(of number: Int, _ sensor: Sensor, for request: Request) throws(ResponseError) -> Reading {
        try meet()
        guard let sample = device.sample(of: number) else {
            let rest = (device.lastReboot?.end ?? 0) + sensor.warmUp - device.time
            guard rest > 0 else {
                throw unavailable("the sensor gives no value: it has dropped out", for: sensor.period)
            }
            throw unavailable("the sensor warms up; ask again in \(clock.wait(rest)) s", for: rest)
        }
        let reading = Reading(
            quantity: sensor.quantity, value: sample.value, unit: sensor.unit,
            decimals: Digits.decimals(of: sensor.quantum), device: urn, time: clock.date(at: sample.time))
        let format = try request.negotiate(Reading.contentFormats)
        guard sample.value.isFinite || Reading.canSayNoNumber(format) else {
            throw unavailable("the sensor shows no number; only text and CBOR can say so", for: sensor.period)
        }
        return reading
    }

    /// The smallest or largest value that a sensor has shown since the device's start, as IPSO's resources 5601 and 5602 have it.
    ///
    /// - Throws: `ResponseError` with 5.03 where it has shown none.
    func extreme(_ extreme: Extreme, of number: Int, _ sensor: Sensor) throws(ResponseError) -> Reading {
        try meet()
        guard let extremes = device.extremes(of: number) else {
            throw unavailable("the sensor has shown no value since the start", for: sensor.period)
        }
        return Reading(
            quantity: extreme.rawValue, value: extreme == .min ? extremes.lowerBound : extremes.upperBound,
            unit: sensor.unit, decimals: Digits.decimals(of: sensor.quantum), device: "\(urn):\(sensor.quantity)",
            time: clock.date(at: device.time))
    }

    /// Which end of a sensor's values.
    enum Extreme: String {
        case min, max
    }

    // MARK: Actuators

    /// Where an actuator is.
    func position(of number: Int, _ actuator: Actuator) throws(ResponseError) -> ActuatorPosition {
        try meet()
        return ActuatorPosition(actuator, value: device.value(of: number) ?? actuator.initial, device: urn)
    }

    /// Sets an actuator, and takes down who did, or wanted to.
    ///
    /// - Parameter value: what it is told, once it is known whether the device is there.
    /// - Throws: `ResponseError` with the reason when it refuses.
    func set(
        _ number: Int, by identity: PeerIdentity, _ value: () throws(ResponseError) -> Double
    ) throws(ResponseError) {
        // What it did by itself comes before.
        advance(isTouched: true)
        var audit = ActuatorAudit(
            time: clock.date(at: device.time), device: device.name, resource: device.group.resources[number].path,
            before: device.value(of: number), after: nil, identity: identity, verdict: .accepted)
        do throws(ResponseError) {
            guard device.isRunning else { throw away }
            let value = try value()
            audit.after = value
            try device.write(value, to: number, by: identity)
        } catch {
            // It may quote what the peer has sent.
            let reason = PrintableText.escaped((error.diagnostic ?? "").utf8).prefix(200)
            audit.verdict = .refused(error.code, String(reason))
            recorder.record(audit)
            throw error
        }
        recorder.record(audit)
        advance(isTouched: true)
    }

    // MARK: The device itself

    /// What the device says about itself.
    func description() throws(ResponseError) -> DeviceDescription {
        try meet()
        return DeviceDescription(
            manufacturer: "swift-coap", model: device.group.modelName, serialNumber: "\(device.number)",
            firmware: state.withLock { $0.firmware.version },
            uptime: max(0, device.time - (device.lastReboot?.end ?? 0)), name: urn)
    }

    /// What it does with its program; it says so even while it starts a new one.
    func firmwareStatus() throws(ResponseError) -> FirmwareStatus {
        advance()
        let (phase, version) = state.withLock { ($0.firmware.phase, $0.firmware.version) }
        guard device.isRunning || phase == .rebooting else { throw away }
        return FirmwareStatus(phase: phase, version: version, device: urn)
    }

    /// Changes the program's state and tells who observes it.
    ///
    /// - Parameter change: gives false where nothing is to be told.
    func changeFirmware(
        _ number: Int, _ change: (inout FirmwareUpdate) throws(ResponseError) -> Bool
    ) throws(ResponseError) {
        let result = state.withLock { state -> Result<ObservableResource?, ResponseError> in
            do throws(ResponseError) {
                return .success(try change(&state.firmware) ? state.observables[number] : nil)
            } catch {
                return .failure(error)
            }
        }
        try result.get()?.changed()
    }
}
