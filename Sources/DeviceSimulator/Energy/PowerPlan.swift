// SPDX-License-Identifier: Apache-2.0

/// What a device has its power from, and what its radio and processor take.
public struct PowerPlan: Hashable, Sendable {
    /// What radio and processor take.
    public var radio = RadioProfile.ieee802154
    /// What the battery holds, in milliampere-hours; nil for mains.
    public var battery: Double?

    /// Power from the mains.
    public init() {}
}
