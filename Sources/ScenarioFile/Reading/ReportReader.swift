// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML

/// Reads how devices report.
enum ReportReader {
    static let formats = ["senml+cbor", "senml+json"]

    static func report(_ section: Section, of group: DeviceGroup) throws(CoAPError) -> ReportPlan {
        let sensors = group.resources.filter { $0.sensor != nil }.map(\.path)
        guard !sensors.isEmpty else {
            throw section.yaml.problem(
                section.line, section.key, "the devices have no sensor to report of; add one, or take the report out")
        }
        var plan = ReportPlan(try trigger(section))
        if let path = try section.text("to") {
            let segments = path.split(separator: "/", omittingEmptySubsequences: false)
            let isPath =
                path.utf8.count <= 255
                && segments.allSatisfy {
                    !$0.isEmpty && $0 != "." && $0 != ".."
                        && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3F }
                }
            guard isPath else {
                throw section.problem("to", "'\(path.shown)' is no path on the server; write one such as reports")
            }
            plan.path = path
        }
        if let node = section.node("resources") {
            let key = section.path("resources")
            let texts = try section.yaml.texts(node, key, emptyRemedy: "write which sensors, or take it out for all")
            for text in texts {
                guard sensors.contains(text.value) else {
                    throw section.yaml.problem(
                        text.line, key, Section.unknown(text.value, among: sensors, is: "no sensor of these devices"))
                }
                guard !plan.resources.contains(text.value) else {
                    throw section.yaml.problem(text.line, key, "'\(text.value)' stands twice; take one out")
                }
                plan.resources.append(text.value)
            }
        }
        plan.batch = try section.integer("batch", in: 1...1_000) ?? 1
        plan.maximumStored = try section.integer("store", in: 0...1_000_000) ?? plan.maximumStored
        guard plan.maximumStored >= plan.batch else {
            throw section.problem(
                "store", "is less than a batch of \(plan.batch), so no report would ever be whole; write more")
        }
        if let format = try section.word("format", among: formats) { plan.usesCBOR = format == "senml+cbor" }
        plan.confirmable = try section.flag("confirmable") ?? true
        plan.sleeps = try section.flag("sleeps") ?? false
        return plan
    }

    private static func trigger(_ section: Section) throws(CoAPError) -> ReportPlan.Trigger {
        switch (section.has("every"), section.has("on-change")) {
        case (true, false):
            guard !section.has("at-latest") else {
                throw section.problem("at-latest", "goes with 'on-change'; take it out, or write 'on-change'")
            }
            return .every(
                try section.measure("every", .duration, in: 0.01...ScenarioLimits.longest) ?? 1)
        case (false, true):
            return .change(
                by: try section.positive("on-change") ?? 1,
                atLatest: try section.measure("at-latest", .duration, in: 0.01...ScenarioLimits.longest) ?? 3600)
        case (true, true):
            throw section.problem("on-change", "'every' and 'on-change' exclude each other; take one out")
        case (false, false):
            throw section.yaml.problem(
                section.line, section.key,
                "'every' or 'on-change' is missing; write 'every: 5 s', or 'on-change: 0.2' with 'at-latest: 5 min'")
        }
    }
}
