// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator

/// Signals as they stand in files.
enum SignalText {
    static func text(_ signal: Signal) -> String {
        let (number, duration) = (YAMLText.number, YAMLText.duration)
        return switch signal {
        case .constant(let value): number(value)
        case .model(let output): output.rawValue
        case .shared(let name): YAMLText.mapping([("shared", YAMLText.text(name))])
        case .step(let from, let to, let at):
            kind("step", [("from", number(from)), ("to", number(to)), ("at", duration(at))])
        case .ramp(let from, let to, let start, let length):
            kind(
                "ramp",
                [
                    ("from", number(from)), ("to", number(to)), ("start", duration(start)),
                    ("duration", duration(length)),
                ])
        case .sine(let mean, let amplitude, let period, let phase):
            kind(
                "sine",
                [
                    ("mean", number(mean)), ("amplitude", number(amplitude)), ("period", duration(period)),
                    ("phase", number(phase)),
                ])
        case .diurnal(let sun):
            kind(
                "diurnal",
                [
                    ("latitude", number(sun.latitude)), ("longitude", number(sun.longitude)), ("low", number(sun.low)),
                    ("high", number(sun.high)), ("lag", duration(sun.lag)),
                ])
        case .walk(let walk):
            kind(
                "walk",
                [
                    ("mean", number(walk.mean)), ("deviation", number(walk.deviation)),
                    ("time-constant", duration(walk.timeConstant)),
                ])
        case .replay(let track): replay(track)
        case .daily(let plan):
            YAMLText.mapping([
                (
                    "daily",
                    YAMLText.mapping(
                        plan.entries.map { ("\"\(Timestamp.timeOfDayText($0.time))\"", number($0.value)) })
                )
            ])
        case .events(let perDay, let length, let height):
            kind("events", [("per-day", number(perDay)), ("length", duration(length)), ("height", number(height))])
        case .sum(let parts): YAMLText.mapping([("sum", YAMLText.list(parts.map(text)))])
        case .scaled(let inner, let factor): kind("scaled", [("signal", text(inner)), ("by", number(factor))])
        }
    }

    private static func kind(_ name: String, _ members: [(key: String, value: String?)]) -> String {
        YAMLText.mapping([(name, YAMLText.mapping(members))])
    }

    /// The points eight to a line, each line as far in as any key may stand.
    private static func replay(_ track: ReplayTrack) -> String {
        let points = track.points.map { YAMLText.list([YAMLText.number($0.time), YAMLText.number($0.value)]) }
        let lines = stride(from: 0, to: points.count, by: 8).map {
            points[$0..<min($0 + 8, points.count)].joined(separator: ", ")
        }
        return kind(
            "replay",
            [
                ("points", "[\(lines.joined(separator: ",\n            "))]"),
                ("interpolate", track.interpolates ? "true" : nil), ("repeat", track.repeats ? nil : "false"),
            ])
    }
}
