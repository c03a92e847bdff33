// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator
import LinkModel

/// Groups of devices as they stand in files.
enum GroupText {
    static func lines(_ group: DeviceGroup) -> [String] {
        var lines = ["  - devices: \(YAMLText.text(group.name.text))"]
        if group.count != 1 { lines.append("    count: \(group.count)") }
        if group.first != 1 { lines.append("    first: \(group.first)") }
        switch group.credential {
        case .preSharedKey(let name) where name.text == "{name}": break
        case .preSharedKey(let name): lines.append("    credentials: {psk: \(YAMLText.text(name.text))}")
        case .certificate(let name): lines.append("    credentials: {certificate: \(YAMLText.text(name.text))}")
        case .plain: lines.append("    credentials: plain")
        }
        if !group.models.isEmpty {
            lines.append("    models:")
            lines += group.models.map { "      \($0.name): \(model($0))" }
        }
        if !group.inputs.isEmpty {
            lines.append("    inputs:")
            for (input, signal) in group.inputs.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                lines.append("      \(input.rawValue): \(SignalText.text(signal))")
            }
        }
        lines.append("    resources:")
        for resource in group.resources {
            lines.append("      \(YAMLText.text(resource.path)): \(ResourceText.text(resource))")
        }
        if let report = group.report { lines.append("    report: \(self.report(report))") }
        if group.power != PowerPlan() { lines.append("    power: \(power(group.power))") }
        if let link = group.link { lines.append("    link: \(self.link(link))") }
        if !group.faults.isEmpty {
            lines.append("    faults:")
            lines += group.faults.map { "      - \(fault($0))" }
        }
        return lines
    }

    private static func model(_ model: PhysicalModel) -> String {
        let number = YAMLText.number
        switch model {
        case .room(let room):
            return YAMLText.mapping([
                ("heat-capacity", number(room.heatCapacity)), ("heat-loss", number(room.heatLoss)),
                ("window-loss", number(room.windowLoss)), ("heater-power", number(room.heaterPower)),
                ("volume", number(room.volume)), ("hysteresis", number(room.hysteresis)),
                ("temperature", number(room.initialTemperature)), ("humidity", number(room.initialHumidity)),
            ])
        case .tank(let tank):
            return YAMLText.mapping([
                ("area", number(tank.area)), ("height", number(tank.height)), ("pump-rate", number(tank.pumpRate)),
                ("valve-area", number(tank.valveArea)), ("level", number(tank.initialLevel)),
            ])
        case .battery(let battery):
            return YAMLText.mapping([
                ("capacity", number(battery.capacity)), ("full-voltage", number(battery.fullVoltage)),
                ("empty-voltage", number(battery.emptyVoltage)), ("resistance", number(battery.resistance)),
                ("heat-capacity", number(battery.heatCapacity)),
                ("time-constant", YAMLText.duration(battery.thermalTimeConstant)),
                ("charge", number(battery.initialCharge)),
            ])
        }
    }

    private static func report(_ plan: ReportPlan) -> String {
        var members: [(key: String, value: String?)] = [("to", YAMLText.text(plan.path))]
        switch plan.trigger {
        case .every(let period): members.append(("every", YAMLText.duration(period)))
        case .change(let step, let period):
            members += [("on-change", YAMLText.number(step)), ("at-latest", YAMLText.duration(period))]
        }
        members += [
            ("resources", plan.resources.isEmpty ? nil : YAMLText.list(plan.resources.map(YAMLText.text))),
            ("batch", "\(plan.batch)"), ("format", plan.usesCBOR ? "senml+cbor" : "senml+json"),
            ("confirmable", "\(plan.confirmable)"), ("store", "\(plan.maximumStored)"), ("sleeps", "\(plan.sleeps)"),
        ]
        return YAMLText.mapping(members)
    }

    private static func power(_ plan: PowerPlan) -> String {
        let radio = plan.radio
        let current = { (value: Double) in "\(value.shown) mA" }
        let isKnown = PowerReader.radios.contains(radio)
        let text =
            isKnown
            ? YAMLText.text(radio.name)
            : YAMLText.mapping([
                ("name", YAMLText.text(radio.name)), ("transmit", current(radio.transmitCurrent)),
                ("receive", current(radio.receiveCurrent)), ("sleep", current(radio.sleepCurrent)),
                ("bit-rate", "\(radio.bitRate.shown) bit/s"), ("overhead", "\(radio.datagramOverhead.shown) B"),
                ("frame", radio.framePayload.map { "\($0.shown) B" }),
                ("listen", YAMLText.duration(radio.listenTime)), ("processor", current(radio.processorCurrent)),
                ("psk-handshake", YAMLText.duration(radio.preSharedKeyHandshakeTime)),
                ("certificate-handshake", YAMLText.duration(radio.certificateHandshakeTime)),
            ])
        return YAMLText.mapping([("radio", text), ("battery", plan.battery.map { "\($0.shown) mAh" })])
    }

    private static func link(_ link: DeviceSimulator.Link) -> String {
        let outages = link.outages.map { outage in
            YAMLText.mapping([
                ("at", YAMLText.duration(outage.lowerBound)),
                ("for", YAMLText.duration(outage.upperBound - outage.lowerBound)),
            ])
        }
        let ways =
            link.toServer == link.toClient
            ? direction(link.toServer)
            : [
                ("to-server", YAMLText.mapping(direction(link.toServer))),
                ("to-device", YAMLText.mapping(direction(link.toClient))),
            ]
        return YAMLText.mapping(
            ways + [
                ("outages", outages.isEmpty ? nil : YAMLText.list(outages)),
                ("rebinds", link.rebinds.isEmpty ? nil : YAMLText.list(link.rebinds.map(YAMLText.duration))),
            ])
    }

    private static func direction(_ faults: LinkFaults) -> [(key: String, value: String?)] {
        let time = { (time: Duration) in time == .zero ? nil : YAMLText.duration(time / .seconds(1)) }
        let usual = LinkFaults()
        return [
            ("loss", ResourceText.some(faults.loss)),
            (
                "burst",
                faults.burst.map {
                    YAMLText.mapping([
                        ("enter", YAMLText.number($0.enter)), ("leave", YAMLText.number($0.leave)),
                        ("loss", YAMLText.number($0.loss)),
                    ])
                }
            ), ("delay", time(faults.delay)), ("jitter", time(faults.jitter)),
            ("duplication", ResourceText.some(faults.duplication)),
            ("reordering", ResourceText.some(faults.reordering)),
            (
                "reordering-delay",
                faults.reorderingDelay == usual.reorderingDelay
                    ? nil : YAMLText.duration(faults.reorderingDelay / .seconds(1))
            ), ("mtu", faults.mtu.map { "\($0)" }), ("bandwidth", faults.bandwidth.map { "\($0.shown) bit/s" }),
        ]
    }

    private static func fault(_ fault: Fault) -> String {
        let when: (key: String, value: String?) =
            switch fault.occurrence {
            case .at(let time): ("at", YAMLText.duration(time))
            case .rate(let perHour): ("rate", "\(perHour.shown) /h")
            }
        return YAMLText.mapping(
            kind(fault.kind) + [
                ("resource", fault.resource.map(YAMLText.text)), ("devices", fault.devices.map(YAMLText.text)), when,
                ("for", fault.duration == 0 ? nil : YAMLText.duration(fault.duration)),
            ])
    }

    static func kind(_ kind: Fault.Kind) -> [(key: String, value: String?)] {
        switch kind {
        case .stuck: [("fault", "stuck")]
        case .spike(let size): [("fault", "spike"), ("size", YAMLText.number(size))]
        case .dropout: [("fault", "dropout")]
        case .offset(let size): [("fault", "offset"), ("size", YAMLText.number(size))]
        case .biasDrift(let size): [("fault", "drift"), ("size", YAMLText.number(size))]
        case .notANumber: [("fault", "nan")]
        case .clockSkew(let time): [("fault", "clock-skew"), ("size", YAMLText.duration(time))]
        case .reboot(let farewell): [("fault", "reboot"), ("farewell", "\(farewell)")]
        }
    }
}
