// SPDX-License-Identifier: Apache-2.0

import CoAP

extension FleetEngine {
    /// The devices of a group, which sample at the same times.
    struct Turn {
        let devices: Range<Int>
        /// When the next of their sensors samples.
        var time = 0.0
    }

    /// How often devices without sensors are looked at, in simulated seconds.
    private static let usualTurn = 1.0
    /// How many steps of devices are made before others get their turn.
    private static let slice = 20_000

    /// When something happens next, in simulated time.
    var nextMoment: Double {
        var next = turns.min { $0.time < $1.time }?.time ?? .infinity
        if let taking = takingsDue.next { next = min(next, taking) }
        if nextEvent < timeline.count { next = min(next, timeline[nextEvent].time) }
        return next
    }

    /// Moves the simulated time: at each moment the samples first, then the events, then the takings.
    func advance(to target: Double) async {
        var steps = 0
        while !Task.isCancelled {
            let moment = nextMoment
            guard moment <= target else { break }
            simulated = max(simulated, moment)
            for group in turns.indices where turns[group].time <= moment {
                let devices = turns[group].devices
                for index in devices { step(index, to: moment) }
                steps += devices.count
                let next = fleet.devices[devices.lowerBound].nextSample
                turns[group].time = next.isFinite ? next : moment + Self.usualTurn
            }
            while nextEvent < timeline.count, timeline[nextEvent].time <= moment {
                nextEvent += 1
                happen(timeline[nextEvent - 1])
            }
            while let due = takingsDue.pop(at: moment) {
                takingIsDue(due, at: moment)
                steps += 1
            }
            // Answers want to be heard in between; and time that jumps waits for them.
            if clock.waitsForAll, underWay > 0 { return }
            if steps > Self.slice {
                steps = 0
                await Task.yield()
            }
        }
        if target.isFinite, !Task.isCancelled { simulated = max(simulated, target) }
    }

    /// Moves one device on.
    func step(_ index: Int, to time: Double) {
        let device = fleet.devices[index]
        // The array's memory is used again and again.
        var taken = samples
        samples = []
        device.advance(to: time) { taken.append($0) }
        for sample in taken {
            extremes.note(device: index, sample)
            each(index, sample)
            watch(index, sample, at: time)
        }
        if !taken.isEmpty { fleet.progress.withLock { [count = taken.count] in $0.samples += count } }
        taken.removeAll(keepingCapacity: true)
        samples = taken
        let reboots = UInt32(truncatingIfNeeded: device.rebootCount)
        if reboots != clients[index].reboots {
            clients[index].reboots = reboots
            goAway(index, farewell: device.lastReboot?.saysFarewell ?? false)
        }
        if clients[index].phase == .away, device.isRunning { comeBack(index) }
    }
}
