// SPDX-License-Identifier: Apache-2.0

/// A piece of the world that actuators change and sensors measure. A device has at most one of each kind.
public enum PhysicalModel: Hashable, Sendable {
    /// A heated room.
    case room(RoomModel)
    /// A tank with a pump and a valve.
    case tank(TankModel)
    /// A battery.
    case battery(BatteryModel)
}
