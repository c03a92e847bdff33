// SPDX-License-Identifier: Apache-2.0

/// What is simulated, from which seed, and what must hold.
public struct Scenario: Hashable, Sendable {
    /// Its name, `smart-building`.
    public var name: String
    /// What it is, in a sentence.
    public var title = ""
    /// Where all random numbers start.
    public var seed: UInt64 = 1
    /// The simulated date at the start, in seconds since 1970; nil for the present one.
    public var start: Double?
    /// How many simulated seconds pass in a second, above 0; 1 is real time.
    public var speed = 1.0
    /// The speeds that scenarios and options take.
    public static let speeds = 1e-3...1e6
    /// How many simulated seconds it lasts; nil for ever.
    public var duration: Double?
    /// Within how many seconds the devices come up, one after the other.
    public var rampUp = 0.0
    /// Signals that devices have in common.
    public var shared: [String: Signal] = [:]
    /// The devices.
    public var groups: [DeviceGroup] = []
    /// What happens at set times.
    public var events: [ScenarioEvent] = []
    /// What must hold.
    public var assertions: [Assertion] = []

    /// A scenario without devices.
    public init(name: String) { self.name = name }

    /// How many devices it has.
    public var deviceCount: Int { groups.reduce(0) { $0 + $1.count } }
}
