// SPDX-License-Identifier: Apache-2.0

/// A device's new start after it was on before.
public struct DeviceReboot: Hashable, Sendable {
    /// When it switched itself off, in seconds since the scenario's start.
    public var time: Double
    /// When it is back.
    public var end: Double
    /// True where it closes its sessions before (close_notify), or ends its observations
    /// behind a server; false where it falls silent.
    public var saysFarewell: Bool
}
