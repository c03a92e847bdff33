// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator

extension Scenario {
    /// Devices with a thermometer that shows the time since the start in seconds, and report.
    static func fleet(
        _ count: Int = 1, report: ReportPlan.Trigger = .every(5), duration: Double = 20,
        signal: Signal = .ramp(from: 0, to: 1_000, start: 0, duration: 1_000),
        _ change: (inout DeviceGroup) -> Void = { _ in }
    ) -> Scenario {
        var group = DeviceGroup(name: NamePattern("dev-{n:02}"))
        group.count = count
        group.resources = [
            DeviceResource(
                path: "sensors/temperature", .sensor(Sensor(quantity: "temperature", unit: "Cel", signal: signal)))
        ]
        group.report = ReportPlan(report)
        change(&group)
        var scenario = Scenario(name: "fleet")
        scenario.start = 1_800_000_000
        scenario.duration = duration
        scenario.groups = [group]
        return scenario
    }
}
