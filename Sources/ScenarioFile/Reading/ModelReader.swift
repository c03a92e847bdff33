// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML
import Yams

/// Reads the models of a group.
struct ModelReader {
    let yaml: YAMLReader

    func models(_ section: Section) throws(CoAPError) -> [PhysicalModel] {
        guard let node = section.node("models") else { return [] }
        let models = try Section(node, .models, section.path("models"), in: yaml)
        var result: [PhysicalModel] = []
        if let room = try inner(models, .room) { result.append(.room(try self.room(room))) }
        if let tank = try inner(models, .tank) { result.append(.tank(try self.tank(tank))) }
        if let battery = try inner(models, .battery) { result.append(.battery(try self.battery(battery))) }
        return result
    }

    private func inner(_ models: Section, _ part: ScenarioPart) throws(CoAPError) -> Section? {
        guard let node = models.node(part.rawValue) else { return nil }
        guard node.scalar == nil else {
            throw models.problem(part.rawValue, "is \(node.kind); write {} for the usual one, or its properties")
        }
        return try Section(node, part, models.path(part.rawValue), in: yaml)
    }

    private func room(_ section: Section) throws(CoAPError) -> RoomModel {
        var room = RoomModel()
        room.heatCapacity = try section.positive("heat-capacity") ?? room.heatCapacity
        room.heatLoss = try section.number("heat-loss", in: 0...1e9) ?? room.heatLoss
        room.windowLoss = try section.number("window-loss", in: 0...1e9) ?? room.windowLoss
        room.heaterPower = try section.number("heater-power", in: 0...1e9) ?? room.heaterPower
        room.volume = try section.positive("volume") ?? room.volume
        room.hysteresis = try section.number("hysteresis", in: 0...100) ?? room.hysteresis
        room.initialTemperature = try section.number("temperature", in: -100...200) ?? room.initialTemperature
        room.initialHumidity = try section.number("humidity", in: 0...100) ?? room.initialHumidity
        return room
    }

    private func tank(_ section: Section) throws(CoAPError) -> TankModel {
        var tank = TankModel()
        tank.area = try section.positive("area") ?? tank.area
        tank.height = try section.positive("height") ?? tank.height
        tank.pumpRate = try section.number("pump-rate", in: 0...1e6) ?? tank.pumpRate
        tank.valveArea = try section.number("valve-area", in: 0...1e6) ?? tank.valveArea
        tank.initialLevel = try section.number("level", in: 0...1e6) ?? min(tank.initialLevel, tank.height)
        guard tank.initialLevel <= tank.height else {
            throw section.problem(
                "level", "\(tank.initialLevel.shown) m is above the tank's height, \(tank.height.shown) m; write less")
        }
        return tank
    }

    private func battery(_ section: Section) throws(CoAPError) -> BatteryModel {
        var battery = BatteryModel()
        battery.capacity = try section.positive("capacity") ?? battery.capacity
        battery.fullVoltage = try section.positive("full-voltage") ?? battery.fullVoltage
        battery.emptyVoltage = try section.positive("empty-voltage") ?? min(battery.emptyVoltage, battery.fullVoltage)
        guard battery.emptyVoltage <= battery.fullVoltage else {
            let name = section.has("empty-voltage") ? "empty-voltage" : "full-voltage"
            throw section.problem(
                name,
                "the voltage when empty, \(battery.emptyVoltage.shown) V, is above that when full, \(battery.fullVoltage.shown) V; correct one"
            )
        }
        battery.resistance = try section.number("resistance", in: 0...1e6) ?? battery.resistance
        battery.heatCapacity = try section.positive("heat-capacity") ?? battery.heatCapacity
        battery.thermalTimeConstant =
            try section.measure("time-constant", .duration, in: 0...ScenarioLimits.longest, above: 0)
            ?? battery.thermalTimeConstant
        battery.initialCharge = try section.share("charge") ?? battery.initialCharge
        return battery
    }
}

extension Section {
    /// A number above 0.
    func positive(_ name: String) throws(CoAPError) -> Double? {
        guard let value = try number(name, in: 0...1e12) else { return nil }
        guard value > 0 else { throw problem(name, "is 0; write a number above 0") }
        return value
    }
}
