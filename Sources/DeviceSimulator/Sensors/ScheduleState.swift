// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A ``DailySchedule`` at a date.
struct ScheduleState {
    private let schedule: DailySchedule
    private let start: Double

    /// - Parameter start: the date at the scenario's start, in seconds since 1970.
    init(_ schedule: DailySchedule, start: Double) {
        self.schedule = schedule
        self.start = start
    }

    /// The value at a time; no number for a plan without entries.
    func value(at time: Double) -> Double {
        guard let last = schedule.entries.last else { return .nan }
        let rest = fmod(start + time, 86_400)
        let timeOfDay = rest < 0 ? rest + 86_400 : rest
        var value = last.value
        for entry in schedule.entries {
            guard entry.time <= timeOfDay else { break }
            value = entry.value
        }
        return value
    }
}
