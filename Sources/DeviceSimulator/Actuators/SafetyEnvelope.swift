// SPDX-License-Identifier: Apache-2.0

/// What an actuator does not do, whoever asks.
public struct SafetyEnvelope: Hashable, Sendable {
    /// Forbids a change while something is so.
    public struct Interlock: Hashable, Sendable {
        /// The path of the device's resource that is looked at, `sensors/level`.
        public var resource: String
        /// The values of it within which the change is forbidden.
        public var forbidden: ClosedRange<Double>
        /// Which values of the actuator are forbidden then; nil for all but the fail-safe value.
        public var values: ClosedRange<Double>?

        /// An interlock.
        public init(resource: String, forbidden: ClosedRange<Double>, values: ClosedRange<Double>? = nil) {
            self.resource = resource
            self.forbidden = forbidden
            self.values = values
        }
    }

    /// The values that are allowed; others are refused by 4.00.
    public var range: ClosedRange<Double>?
    /// By how much the value may change in a second; more is refused by 4.09.
    public var rateOfChange: Double?
    /// What forbids changes; they are refused by 4.09.
    public var interlocks: [Interlock] = []
    /// For how many seconds a controller may be silent before the fail-safe value is taken; nil for ever.
    public var silence: Double?
    /// The value that harms nobody.
    public var failSafe: Double?

    /// An envelope that allows everything.
    public init() {}
}
