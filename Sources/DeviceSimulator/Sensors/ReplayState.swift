// SPDX-License-Identifier: Apache-2.0

/// A ``ReplayTrack`` as it goes on.
///
/// A track that repeats begins anew one interval after its last point, as long as the one before that (a second for a single
/// point). Before its first point it has the first one's value.
struct ReplayState {
    private let track: ReplayTrack
    private let length: Double
    private var cursor = 0

    init(_ track: ReplayTrack) {
        self.track = track
        let times = track.points.suffix(2).map(\.time)
        let interval = times.count == 2 ? times[1] - times[0] : 1
        length = (times.last ?? 0) + (interval > 0 ? interval : 1)
    }

    /// The value at a time; quickest for times that rise. No number for a track without points.
    mutating func value(at time: Double) -> Double {
        let count = track.points.count
        guard count > 0 else { return .nan }
        let time = track.repeats ? time - (time / length).rounded(.down) * length : time
        if !holds(cursor, time) {
            if cursor + 1 < count, holds(cursor + 1, time) { cursor += 1 } else { cursor = search(time) }
        }
        let point = track.points[cursor]
        guard track.interpolates, time > point.time else { return point.value }
        let isLast = cursor + 1 == count
        if isLast && !track.repeats { return point.value }
        let next =
            isLast ? (length, track.points[0].value) : (track.points[cursor + 1].time, track.points[cursor + 1].value)
        return point.value + (next.1 - point.value) * (time - point.time) / (next.0 - point.time)
    }

    /// Whether the point with this number is the newest one at a time.
    private func holds(_ number: Int, _ time: Double) -> Bool {
        (number == 0 || track.points[number].time <= time)
            && (number + 1 == track.points.count || time < track.points[number + 1].time)
    }

    private func search(_ time: Double) -> Int {
        var low = 0
        var high = track.points.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if track.points[middle].time <= time { low = middle } else { high = middle }
        }
        return low
    }
}
