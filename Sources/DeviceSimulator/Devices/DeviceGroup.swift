// SPDX-License-Identifier: Apache-2.0

/// Devices of one kind.
public struct DeviceGroup: Hashable, Sendable {
    /// What they are called, `room-{n:03}`.
    public var name: NamePattern
    /// How many there are, 1 to 100,000.
    public var count = 1
    /// The first one's number.
    public var first = 1
    /// The world of each.
    public var models: [PhysicalModel] = []
    /// What changes the models, where no actuator does.
    public var inputs: [ModelInput: Signal] = [:]
    /// What each offers.
    public var resources: [DeviceResource] = []
    /// What each reports; nil for devices that are only asked.
    public var report: ReportPlan?
    /// How each proves who it is.
    public var credential: CredentialPlan = .preSharedKey(NamePattern("{name}"))
    /// What each has its power from.
    public var power = PowerPlan()
    /// What is between each and the server.
    public var link: Link?
    /// What goes wrong with them.
    public var faults: [Fault] = []

    /// One device.
    public init(name: NamePattern) { self.name = name }

    /// The numbers of its devices.
    public var numbers: Range<Int> { first..<(first + count) }

    /// The name of a device by its number.
    public func deviceName(_ number: Int) -> String { name.name(number: number) }
}
