// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Foundation

/// A resource as it was recorded.
struct RecordedResource: Sendable {
    /// How its values came.
    enum Way: String, Sendable {
        case observed
        case polled
    }

    /// What the server says of it.
    let candidate: RecordingChoice.Candidate
    /// How its values come.
    var way: Way
    /// The values with their times since the recording began; one that came again is not repeated.
    private(set) var points: [ReplayTrack.Point] = []
    /// How many values came.
    private(set) var count = 0
    /// The unit's symbol in SenML; nil without one.
    private(set) var unit: String?
    /// What is measured; nil when that was not said.
    private(set) var quantity: String?
    /// How many requests failed, and how the last one did.
    private(set) var failures = 0
    private(set) var lastFailure: String?

    /// The most values that are kept.
    static let maximumPoints = 100_000

    /// True when later values are not kept any more.
    var isFull: Bool { points.count >= Self.maximumPoints }

    init(_ candidate: RecordingChoice.Candidate) {
        self.candidate = candidate
        way = candidate.isObservable ? .observed : .polled
    }

    /// Adds a value.
    ///
    /// - Parameter time: seconds since the recording began; it is kept in milliseconds.
    mutating func add(_ measurement: Measurement, at time: Double) {
        count += 1
        unit = unit ?? measurement.unit
        quantity = quantity ?? measurement.quantity
        guard !isFull, measurement.value != points.last?.value else { return }
        let time = (time * 1_000).rounded() / 1_000
        // The first value holds from the beginning.
        guard let last = points.last else { return points = [.init(time: 0, value: measurement.value)] }
        // Within a millisecond the last one counts.
        if time <= last.time { points.removeLast() }
        points.append(.init(time: max(time, last.time), value: measurement.value))
    }

    /// Notes that no value came.
    mutating func fail(_ reason: String) {
        failures += 1
        lastFailure = reason
    }

    /// The smallest and the largest value; nil without any.
    var range: ClosedRange<Double>? {
        guard let low = points.map(\.value).min(), let high = points.map(\.value).max() else { return nil }
        return low...high
    }

    /// The resource as a sensor that shows the same again.
    ///
    /// - Parameter end: when the recording ended, in seconds; from then on it begins anew.
    func replayed(until end: Double) -> DeviceResource {
        var points = points
        // A track begins anew when its last value has lasted as long as the one before: with one in the middle of the rest, at the end.
        if let last = points.last, end > last.time + 0.01 {
            points.append(.init(time: (last.time + end) / 2, value: last.value))
        }
        let fallback = candidate.path.split(separator: "/").last.map(String.init) ?? candidate.path
        var sensor = Sensor(
            quantity: quantity ?? fallback, unit: unit ?? Self.noUnit, signal: .replay(ReplayTrack(points: points)))
        sensor.period = period
        sensor.quantum = quantum
        var resource = DeviceResource(path: candidate.path, .sensor(sensor))
        resource.title = candidate.link?["title"]
        resource.resourceType = candidate.link?["rt"]
        resource.interface = candidate.link?["if"]
        return resource
    }

    /// The registry's unit of what has none, such as a switch (RFC 8428 §12.1).
    private static let noUnit = "/"

    /// How often the sensor samples, so that no value of the recording is skipped: at most half the time between two of them.
    private var period: Double {
        let gaps = zip(points.dropFirst(), points).map { $0.time - $1.time }
        let shortest = gaps.min() ?? 2
        return [1, 0.5, 0.2, 0.1, 0.05, 0.02].first { $0 <= shortest / 2 } ?? 0.01
    }

    /// The step of the values by the digits that they have behind the point; 0 where these are many.
    private var quantum: Double {
        let digits = points.map { Self.digits($0.value) }.max() ?? 0
        return digits <= 6 ? Double("1e-\(digits)") ?? 0 : 0
    }

    private static func digits(_ value: Double) -> Int {
        let text = "\(value)"
        guard !text.contains("e"), let point = text.firstIndex(of: ".") else {
            return value == value.rounded() ? 0 : 20
        }
        let digits = text[text.index(after: point)...]
        return digits == "0" ? 0 : digits.count
    }
}
