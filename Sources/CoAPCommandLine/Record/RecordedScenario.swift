// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator
import Foundation

/// A recording as a scenario of one device, which shows the same again.
enum RecordedScenario {
    /// The scenario.
    ///
    /// - Parameters:
    ///   - resources: those without a value are left out.
    ///   - authority: where they were recorded.
    ///   - name: the scenario's and the device's.
    ///   - duration: how long the recording took, in seconds.
    ///   - date: when it began.
    static func scenario(
        of resources: [RecordedResource], from authority: String, name: String, duration: Double, date: Date
    ) -> Scenario {
        var scenario = Scenario(name: name)
        let moment = ISO8601DateFormatter().string(from: date)
        scenario.title = "Recorded from \(authority) on \(moment), \(Int(duration.rounded())) s"
        var group = DeviceGroup(name: NamePattern(name))
        group.resources = resources.filter { !$0.points.isEmpty }.map { $0.replayed(until: duration) }
        scenario.groups = [group]
        return scenario
    }

    /// A name for what is written to a file: its own without the extension, of what names may have.
    static func name(for file: String) -> String {
        let base = (file.split(separator: "/").last ?? "").prefix { $0 != "." }
        let name = base.map { $0.isASCII && ($0.isLetter || $0.isNumber) || "-_".contains($0) ? $0 : "-" }
        let usable = name.drop { $0 == "-" || $0 == "_" }.prefix(64)
        return usable.isEmpty ? "recording" : String(usable)
    }
}
