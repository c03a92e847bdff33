// SPDX-License-Identifier: Apache-2.0

/// An upright tank: a pump fills it, a valve empties it by the water's own weight (Torricelli).
public struct TankModel: Hashable, Sendable {
    /// The ground's area in square metres; 1.
    public var area: Double = 1
    /// The height in metres, beyond which water runs over; 2.
    public var height: Double = 2
    /// What the pump brings at most, in cubic metres a second; 0.002.
    public var pumpRate: Double = 0.002
    /// The valve's opening in square metres; 0.0005.
    public var valveArea: Double = 0.000_5
    /// The water's height at the start, in metres; 1.
    public var initialLevel: Double = 1

    /// A usual tank.
    public init() {}
}
