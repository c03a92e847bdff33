// SPDX-License-Identifier: Apache-2.0

/// A ``DiurnalSignal`` as it goes on. The sun is looked at once a minute of the date; between, the value is on a straight line.
struct DiurnalState {
    private let signal: DiurnalSignal
    /// The date at the scenario's start less the lag, in minutes since 1970.
    private let start: Double
    private var minute = -Double.infinity
    private var before = 0.0
    private var after = 0.0

    init(_ signal: DiurnalSignal, start: Double) {
        self.signal = signal
        self.start = (start - signal.lag) / 60
    }

    /// The value at a time; the values of nearby times cost least.
    mutating func value(at time: Double) -> Double {
        let present = start + time / 60
        let whole = present.rounded(.down)
        if whole != minute {
            before = whole == minute + 1 ? after : exact(at: whole)
            after = exact(at: whole + 1)
            minute = whole
        }
        return before + (after - before) * (present - whole)
    }

    private func exact(at minute: Double) -> Double {
        let height = Sun.sineOfElevation(
            at: minute * 60, latitude: signal.latitude, longitude: signal.longitude)
        return signal.low + (signal.high - signal.low) * max(0, height)
    }
}
