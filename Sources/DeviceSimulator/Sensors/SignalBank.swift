// SPDX-License-Identifier: Apache-2.0

/// The signals of one device, each kind in an array of its own, so that looking at one neither allocates nor copies.
///
/// A signal that one sensor or one input looks at is looked at once on each point of that one's grid (the sensor's period, the
/// models' step), whatever the steps in which the device's time moves, and whether or not a value is shown. A signal that devices
/// share has its random numbers from the scenario and a grid of its own, so that all see the same.
struct SignalBank {
    private let seed: UInt64
    private let start: Double
    private var terms: [CompiledSignal.Term] = []
    private var waveforms: [Waveform] = []
    private var diurnals: [DiurnalState] = []
    private var walks: [WalkState] = []
    private var replays: [ReplayState] = []
    private var schedules: [ScheduleState] = []
    private var events: [EventsState] = []
    private var outputs: [ModelOutput] = []

    /// - Parameters:
    ///   - seed: the scenario's.
    ///   - start: the date at the scenario's start, in seconds since 1970.
    init(seed: UInt64, start: Double) {
        self.seed = seed
        self.start = start
    }

    /// Takes in a signal.
    ///
    /// - Parameters:
    ///   - name: the path of its random numbers.
    ///   - step: the time between two looks at it.
    ///   - shared: the scenario's signals by name. A name that is not among them, or that stands within its own signal, adds nothing.
    mutating func add(_ signal: Signal, name: String, step: Double, shared: [String: Signal]) -> CompiledSignal {
        var compiled = CompiledSignal()
        var found: [CompiledSignal.Term] = []
        var place = Place(name: name, step: step)
        gather(signal, weight: 1, at: &place, shared: shared, into: &compiled.constant, &found)
        compiled.terms = terms.count..<(terms.count + found.count)
        terms += found
        return compiled
    }

    /// Where a signal stands: what its random numbers are named by, and how many walks and events there were before.
    private struct Place {
        var name: String
        /// Nil for a shared signal.
        var step: Double?
        var walks = 0
        var events = 0
        var within: Set<String> = []
    }

    private mutating func gather(
        _ signal: Signal, weight: Double, at place: inout Place, shared: [String: Signal], into constant: inout Double,
        _ found: inout [CompiledSignal.Term]
    ) {
        let kind: CompiledSignal.Kind
        let count: Int
        switch signal {
        case .constant(let value):
            constant += weight * value
            return
        case .sum(let signals):
            for signal in signals {
                gather(signal, weight: weight, at: &place, shared: shared, into: &constant, &found)
            }
            return
        case .scaled(let signal, let factor):
            return gather(signal, weight: weight * factor, at: &place, shared: shared, into: &constant, &found)
        case .shared(let name):
            guard let signal = shared[name], !place.within.contains(name) else { return }
            var inner = Place(name: "shared/" + name, step: nil, within: place.within.union([name]))
            return gather(signal, weight: weight, at: &inner, shared: shared, into: &constant, &found)
        case .step(let from, let to, let at):
            waveforms.append(.step(from: from, to: to, at: at))
            (kind, count) = (.waveform, waveforms.count)
        case .ramp(let from, let to, let start, let duration):
            waveforms.append(.ramp(from: from, to: to, start: start, duration: duration))
            (kind, count) = (.waveform, waveforms.count)
        case .sine(let mean, let amplitude, let period, let phase):
            waveforms.append(.sine(mean: mean, amplitude: amplitude, period: period, phase: phase))
            (kind, count) = (.waveform, waveforms.count)
        case .diurnal(let signal):
            diurnals.append(DiurnalState(signal, start: start))
            (kind, count) = (.diurnal, diurnals.count)
        case .walk(let walk):
            place.walks += 1
            let stream = RandomStream(seed: seed, name: "\(place.name)/walk-\(place.walks)")
            walks.append(WalkState(walk, step: place.step, stream: stream))
            (kind, count) = (.walk, walks.count)
        case .replay(let track):
            replays.append(ReplayState(track))
            (kind, count) = (.replay, replays.count)
        case .daily(let schedule):
            schedules.append(ScheduleState(schedule, start: start))
            (kind, count) = (.daily, schedules.count)
        case .events(let perDay, let length, let height):
            place.events += 1
            let name = "\(place.name)/events-\(place.events)"
            events.append(EventsState(perDay: perDay, length: length, height: height, seed: seed, name: name))
            (kind, count) = (.events, events.count)
        case .model(let output):
            outputs.append(output)
            (kind, count) = (.model, outputs.count)
        }
        found.append(CompiledSignal.Term(kind: kind, number: Int32(count - 1), weight: weight))
    }

    /// The value of a signal at a time that is not before that of the last look at it.
    mutating func value(_ signal: CompiledSignal, at time: Double, world: borrowing World) -> Double {
        var sum = signal.constant
        for place in signal.terms {
            let term = terms[place]
            let number = Int(term.number)
            let value =
                switch term.kind {
                case .waveform: waveforms[number].value(at: time)
                case .diurnal: diurnals[number].value(at: time)
                case .walk: walks[number].value(at: time)
                case .replay: replays[number].value(at: time)
                case .daily: schedules[number].value(at: time)
                case .events: events[number].value(at: time)
                case .model: world.value(of: outputs[number])
                }
            sum += term.weight * value
        }
        return sum
    }
}
