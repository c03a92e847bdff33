// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import LinkModel
import PlainYAML

/// Reads what is between devices and their server.
struct LinkReader {
    let yaml: YAMLReader
    /// How long the scenario lasts, in seconds; nil for ever.
    let duration: Double?

    func link(_ section: Section) throws(CoAPError) -> DeviceSimulator.Link {
        var link = DeviceSimulator.Link()
        let both = try faults(section, LinkFaults())
        link.toServer = both
        link.toClient = both
        if let node = section.node("to-server") {
            link.toServer = try faults(Section(node, .direction, section.path("to-server"), in: yaml), both)
        }
        if let node = section.node("to-device") {
            link.toClient = try faults(Section(node, .direction, section.path("to-device"), in: yaml), both)
        }
        let outages = try section.list("outages")
        let rebinds = try section.list("rebinds")
        for (name, list) in [("outages", outages), ("rebinds", rebinds)] where list.count > ScenarioLimits.outages {
            throw section.problem(name, "has more than \(ScenarioLimits.outages) entries; leave some out")
        }
        for (index, node) in outages.enumerated() {
            let outage = try Section(node, .outage, "\(section.path("outages"))[\(index + 1)]", in: yaml)
            let start = try outage.moment("at", within: duration) ?? 0
            let length = try outage.measure("for", .duration, in: 0...ScenarioLimits.longest, above: 0) ?? 0
            link.outages.append(start...(start + length))
        }
        for (index, node) in rebinds.enumerated() {
            let key = "\(section.path("rebinds"))[\(index + 1)]"
            let time = try yaml.measure(node, key, .duration, in: 0...ScenarioLimits.longest)
            if let duration, time > duration {
                throw yaml.problem(
                    node.line, key,
                    "\(time.shown) s is after the scenario's end, at \(duration.shown) s; write less, or a longer duration"
                )
            }
            link.rebinds.append(time)
        }
        return link
    }

    /// The faults of one direction, or of both; what is not given stays.
    private func faults(_ section: Section, _ usual: LinkFaults) throws(CoAPError) -> LinkFaults {
        var faults = usual
        faults.loss = try section.share("loss") ?? faults.loss
        faults.duplication = try section.share("duplication") ?? faults.duplication
        faults.reordering = try section.share("reordering") ?? faults.reordering
        faults.reorderingDelay = try time(section, "reordering-delay") ?? faults.reorderingDelay
        faults.delay = try time(section, "delay") ?? faults.delay
        faults.jitter = try time(section, "jitter") ?? faults.jitter
        if let node = section.node("burst") {
            let burst = try Section(node, .burst, section.path("burst"), in: yaml)
            faults.burst = BurstLoss(
                enter: try burst.share("enter") ?? 0, leave: try burst.share("leave") ?? 1,
                loss: try burst.share("loss") ?? 1)
        }
        // Less than this no handshake gets through.
        faults.mtu = try section.measure("mtu", .size, in: 300...65_535).map(Int.init) ?? faults.mtu
        faults.bandwidth = try section.measure("bandwidth", .bitRate, in: 1...1e12) ?? faults.bandwidth
        return faults
    }

    private func time(_ section: Section, _ name: String) throws(CoAPError) -> Duration? {
        try section.measure(name, .duration, in: 0...3600).map { Duration.seconds($0) }
    }
}

extension Section {
    /// A time since the scenario's start that is not after its end.
    func moment(_ name: String, within duration: Double?) throws(CoAPError) -> Double? {
        guard let time = try self.duration(name) else { return nil }
        if let duration, time > duration {
            throw problem(
                name,
                "\(time.shown) s is after the scenario's end, at \(duration.shown) s; write less, or a longer duration")
        }
        return time
    }
}
