// SPDX-License-Identifier: Apache-2.0

/// A ``TankModel`` as it goes on: half a step's inflow, the outflow of a whole step exactly (the root of the height falls in a
/// straight line), the other half of the inflow. What is above the rim runs over and counts as outflow.
struct TankState {
    /// In metres.
    private(set) var level: Double
    /// In cubic metres a second.
    private(set) var inflow = 0.0
    /// In cubic metres a second.
    private(set) var outflow = 0.0
    /// In cubic metres.
    var volume: Double { level * model.area }
    /// In pascals.
    var pressure: Double { 1000 * Self.gravity * level }

    private let model: TankModel
    private static let gravity = 9.806_65

    init(_ model: TankModel) {
        var model = model
        model.area = model.area.sane(1e-6...1e9, else: 1)
        model.height = model.height.sane(1e-6...1e6, else: 2)
        model.pumpRate = model.pumpRate.sane(0...1e6, else: 0.002)
        model.valveArea = model.valveArea.sane(0...1e6, else: 0.000_5)
        self.model = model
        level = model.initialLevel.sane(0...model.height, else: 1)
    }

    mutating func step(_ inputs: WorldInputs) {
        inflow = model.pumpRate * inputs.pump
        let half = inflow * World.step / model.area / 2
        let filled = level + half
        let fall = model.valveArea * inputs.valve * (Self.gravity / 2).squareRoot() / model.area * World.step
        let root = max(0, filled.squareRoot() - fall)
        let drained = fall > 0 ? root * root : filled
        let risen = drained + half
        level = min(model.height, risen)
        outflow = (filled - drained + risen - level) * model.area / World.step
    }
}
