// SPDX-License-Identifier: Apache-2.0

/// A resource of a simulated device.
public struct DeviceResource: Hashable, Sendable {
    /// What is behind it.
    public enum Content: Hashable, Sendable {
        /// A sensor, which is read and observed.
        case sensor(Sensor)
        /// An actuator, which is read, observed and written.
        case actuator(Actuator)
        /// What the device says about itself.
        case description
        /// The device's program, which is read and replaced.
        case firmware
    }

    /// Its path without a slash in front, `sensors/temperature`.
    public var path: String
    /// What is behind it.
    public var content: Content
    /// What people are told it is; nil for a title by the quantity.
    public var title: String?
    /// Its `rt`; nil for the quantity's.
    public var resourceType: String?
    /// Its `if`; nil for `core.s`, `core.a` or `core.rp`.
    public var interface: String?

    /// A resource.
    public init(path: String, _ content: Content) {
        self.path = path
        self.content = content
    }
}
