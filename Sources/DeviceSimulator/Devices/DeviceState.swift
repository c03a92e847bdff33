// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What changes of a ``Device``: models, sensors, actuators and faults, stepped together. Confined by the device's lock.
struct DeviceState {
    private(set) var time = 0.0
    private(set) var isRunning = true

    init(name: String, group: DeviceGroup, scenario: Scenario) {}

    mutating func advance(to time: Double, each: (Sample) -> Void) { self.time = max(self.time, time) }

    func value(of resource: Int) -> Double? { nil }

    mutating func inject(_ fault: Fault) {}

    mutating func write(_ value: Double, to resource: Int, by identity: PeerIdentity) throws(ResponseError) {}
}
