// SPDX-License-Identifier: Apache-2.0

/// A ``Sensor`` as it goes on.
///
/// It samples at the start and at each multiple of its period. Signal, noise and faults go on while the device is away or the
/// sensor warms up, so that what follows is the same as if nothing had been.
struct SensorState {
    /// Its number among the device's resources.
    let resource: Int
    /// What it looks at.
    let signal: CompiledSignal
    /// When it samples next.
    private(set) var next = 0.0
    /// The newest value; nil where there is none.
    private(set) var latest: Sample?
    /// The smallest and largest numbers since the device's start; nil before the first.
    private(set) var extremes: ClosedRange<Double>?

    private let period: Double
    private let noise: Double
    private let drift: Double
    private let quantum: Quantum
    private let range: ClosedRange<Double>
    private let warmUp: Double
    private var stream: RandomStream
    private var count = 0.0
    /// What it showed last, for a time in which it is stuck; no number before the first.
    private var shown = Double.nan
    /// What goes wrong with it, or will.
    private(set) var faults: [FaultState] = []
    private var quietUntil = Double.infinity

    /// - Parameters:
    ///   - stream: the numbers of its noise.
    init(_ sensor: Sensor, resource: Int, signal: CompiledSignal, stream: RandomStream) {
        self.resource = resource
        self.signal = signal
        self.stream = stream
        period = Self.period(of: sensor)
        noise = sensor.noise
        drift = sensor.drift / 3600
        quantum = Quantum(sensor.quantum)
        range = sensor.range ?? -Double.infinity...Double.infinity
        warmUp = sensor.warmUp
    }

    /// A sensor's period, or a second where it has none that time can pass by.
    static func period(of sensor: Sensor) -> Double {
        sensor.period >= 1e-6 && sensor.period.isFinite ? sensor.period : 1
    }

    mutating func add(_ fault: FaultState) {
        faults.append(fault)
        quietUntil = -.infinity
    }

    /// Ends the faults of commands.
    mutating func withdraw(_ commands: Set<Int>) {
        faults.removeAll { $0.command.map(commands.contains) ?? false }
    }

    /// Forgets what it has shown: the device has started anew.
    mutating func restart() {
        latest = nil
        extremes = nil
        shown = .nan
    }

    /// Takes the sample that is due.
    ///
    /// - Parameters:
    ///   - quantity: what there is to see.
    ///   - start: when the device started last; it is away before.
    /// - Returns: the sample; nil where it shows nothing.
    mutating func take(_ quantity: Double, since start: Double) -> Sample? {
        let time = next
        count += 1
        next = count * period
        var value = quantity + drift * time
        if noise > 0 { value += noise * stream.gaussian() }
        var stamp = time
        if time < quietUntil {
            value = shaped(value)
        } else if !meetFaults(at: time, &value, &stamp) {
            latest = nil
            return nil
        }
        guard time >= start + warmUp else {
            latest = nil
            return nil
        }
        note(value)
        let sample = Sample(resource: resource, time: stamp, value: value)
        latest = sample
        return sample
    }

    private func shaped(_ value: Double) -> Double {
        let value = quantum.rounded(value)
        return value < range.lowerBound ? range.lowerBound : value > range.upperBound ? range.upperBound : value
    }

    private mutating func note(_ value: Double) {
        guard value.isFinite else { return }
        shown = value
        guard let extremes else {
            self.extremes = value...value
            return
        }
        if value < extremes.lowerBound {
            self.extremes = value...extremes.upperBound
        } else if value > extremes.upperBound {
            self.extremes = extremes.lowerBound...value
        }
    }

    /// Has the faults change a value and its time.
    ///
    /// - Returns: false where no value comes.
    private mutating func meetFaults(at time: Double, _ value: inout Double, _ stamp: inout Double) -> Bool {
        var isStuck = false
        var isNumber = true
        var comes = true
        var quiet = Double.infinity
        for number in faults.indices {
            guard faults[number].meets(time) else {
                quiet = min(quiet, faults[number].quietUntil)
                continue
            }
            quiet = -.infinity
            switch faults[number].kind {
            case .stuck: isStuck = true
            case .spike(let size), .offset(let size): value += size
            case .biasDrift(let perHour): value += perHour * (time - faults[number].begin) / 3600
            case .notANumber: isNumber = false
            case .dropout: comes = false
            case .clockSkew(let seconds): stamp += seconds
            case .reboot: break
            }
        }
        // What is over for good need not be looked at again.
        faults.removeAll { $0.isOver(at: time) }
        quietUntil = quiet
        value = shaped(value)
        if isStuck && !shown.isNaN { value = shown }
        if !isNumber { value = .nan }
        return comes
    }
}
