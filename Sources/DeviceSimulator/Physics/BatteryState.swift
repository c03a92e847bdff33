// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A ``BatteryModel`` as it goes on: coulombs are counted; in the cold and under a heavy load a part of them is out of reach, which
/// comes back with warmth and rest.
struct BatteryState {
    /// What can be drawn, in per cent of what a full one gives under the same circumstances.
    var level: Double { min(100, max(0, 100 * (charge - unreachable) / (model.capacity - unreachable))) }
    /// In volts.
    private(set) var voltage: Double
    /// In degrees Celsius.
    private(set) var temperature: Double

    private let model: BatteryModel
    /// In ampere-hours.
    private var charge: Double
    private var unreachable = 0.0
    private let warming: Double

    init(_ model: BatteryModel) {
        var model = model
        model.capacity = model.capacity.sane(1e-6...1e9, else: 2.6)
        model.fullVoltage = model.fullVoltage.sane(0...1e6, else: 4.2)
        model.emptyVoltage = model.emptyVoltage.sane(0...model.fullVoltage, else: 3)
        model.resistance = model.resistance.sane(0...1e6, else: 0.08)
        model.heatCapacity = model.heatCapacity.sane(0.1...1e12, else: 45)
        model.thermalTimeConstant = model.thermalTimeConstant.sane(1...1e9, else: 1_200)
        self.model = model
        charge = model.capacity * model.initialCharge.sane(0...1, else: 1)
        temperature = 20
        warming = -expm1(-World.step / model.thermalTimeConstant)
        voltage = 0
        voltage = openVoltage
    }

    mutating func step(_ inputs: WorldInputs) {
        // By what is asked for, so that an empty one does not come and go as its load does.
        unreachable = model.capacity * unreachableShare(load: inputs.load)
        let hours = World.step / 3600
        let available = max(0, charge - unreachable)
        let drawn = min(inputs.load * hours, available)
        let taken = min(inputs.charge * hours, model.capacity - charge + drawn)
        charge += taken - drawn
        let current = (drawn - taken) / hours
        let resistance = model.resistance * min(5, max(0.5, exp(-0.02 * (temperature - 20))))
        voltage = max(0, openVoltage - current * resistance)
        // The ambient temperature and the lost power's own warmth are where it would end.
        let end = inputs.ambient + current * current * resistance * model.thermalTimeConstant / model.heatCapacity
        temperature = WorldInputs.temperature(temperature + (end - temperature) * warming)
    }

    /// Six per mille for each kelvin below 20 °C, half at most; and a tenth at a load that would empty it in an hour, a fifth at
    /// most.
    private func unreachableShare(load: Double) -> Double {
        min(0.5, max(0, 0.006 * (20 - temperature))) + min(0.2, 0.1 * load / model.capacity)
    }

    /// Without a load: falls steeply near the end, else gently.
    private var openVoltage: Double {
        let share = charge / model.capacity
        let rise = 0.6 * share + 0.4 * -expm1(-18 * share)
        return model.emptyVoltage + (model.fullVoltage - model.emptyVoltage) * min(1, rise)
    }
}
