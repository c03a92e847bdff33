// SPDX-License-Identifier: Apache-2.0

/// The extremes of a fleet's values, collected sample by sample.
struct ValueExtremes {
    private struct Entry {
        var count = 0
        var invalid = 0
        var minimum = Double.infinity
        var maximum = -Double.infinity
    }

    /// By device and resource; a device's begin at its offset.
    private var entries: [Entry]
    private let offsets: [Int]
    private let devices: [Device]

    /// - Parameter devices: all of the fleet, in order.
    init(_ devices: [Device]) {
        self.devices = devices
        var total = 0
        offsets = devices.map { device in
            defer { total += device.group.resources.count }
            return total
        }
        entries = Array(repeating: Entry(), count: total)
    }

    /// How many values there were.
    var count: Int { entries.reduce(0) { $0 + $1.count } }

    /// Takes in a value of a device, by its number in the fleet.
    @inline(__always)
    mutating func note(device: Int, _ sample: Sample) {
        let place = offsets[device] + sample.resource
        entries[place].count += 1
        guard sample.value.isFinite else {
            entries[place].invalid += 1
            return
        }
        if sample.value < entries[place].minimum { entries[place].minimum = sample.value }
        if sample.value > entries[place].maximum { entries[place].maximum = sample.value }
    }

    /// What came together, by device and quantity in the order of devices and resources; quantities without a value too.
    func list() -> [FleetReport.Extremes] {
        var list: [FleetReport.Extremes] = []
        for (device, offset) in zip(devices, offsets) {
            let first = list.count
            for (number, resource) in device.group.resources.enumerated() {
                guard case .sensor(let sensor) = resource.content else { continue }
                let entry = entries[offset + number]
                let place = list[first...].firstIndex { $0.quantity == sensor.quantity } ?? list.count
                if place == list.count {
                    list.append(FleetReport.Extremes(device: device.name, quantity: sensor.quantity))
                }
                list[place].count += entry.count
                list[place].invalid += entry.invalid
                guard entry.minimum <= entry.maximum else { continue }
                list[place].minimum = min(list[place].minimum ?? .infinity, entry.minimum)
                list[place].maximum = max(list[place].maximum ?? -.infinity, entry.maximum)
            }
        }
        return list
    }
}
