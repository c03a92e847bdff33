// SPDX-License-Identifier: Apache-2.0

public import LinkModel

/// What is between devices and their server.
public struct Link: Hashable, Sendable {
    /// What goes wrong on the way to the server.
    public var toServer = LinkFaults()
    /// What goes wrong on the way to the device.
    public var toClient = LinkFaults()
    /// When nothing passes, in seconds since the start.
    public var outages: [ClosedRange<Double>] = []
    /// When the devices get other ports, as behind a translator of addresses that forgot them, in seconds since the start.
    public var rebinds: [Double] = []

    /// A link without faults.
    public init() {}
}
