// SPDX-License-Identifier: Apache-2.0

/// Something of a scenario that happens to a fleet at a time: an event, or an outage or rebind of a group's link.
struct FleetEvent {
    /// In seconds since the start.
    var time: Double
    var action: ScenarioEvent.Action
    /// The numbers of the devices it is about, where it is not said by a pattern.
    var devices: Range<Int>?

    /// All of a scenario in the order of their times.
    static func timeline(of scenario: Scenario) -> [FleetEvent] {
        var events = scenario.events.map { FleetEvent(time: $0.time, action: $0.action) }
        var first = 0
        for group in scenario.groups {
            let devices = first..<(first + group.count)
            first += group.count
            guard let link = group.link else { continue }
            for outage in link.outages {
                let action = ScenarioEvent.Action.outage(
                    devices: "*", duration: outage.upperBound - outage.lowerBound)
                events.append(FleetEvent(time: outage.lowerBound, action: action, devices: devices))
            }
            for time in link.rebinds {
                events.append(FleetEvent(time: time, action: .rebind(devices: "*"), devices: devices))
            }
        }
        // The order of those of one time is kept.
        return events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }
}
