// SPDX-License-Identifier: Apache-2.0

/// Something that goes wrong with a device or one of its sensors.
public struct Fault: Hashable, Sendable {
    /// What goes wrong.
    public enum Kind: Hashable, Sendable {
        /// The value stays as it is.
        case stuck
        /// The value jumps by so much.
        case spike(Double)
        /// No value comes.
        case dropout
        /// So much is added.
        case offset(Double)
        /// More and more is added, so much an hour. It goes back to nothing at the fault's end.
        case biasDrift(Double)
        /// The value is no number. Observers of a device behind a server are not told of it.
        case notANumber
        /// The device's clock is wrong by so many seconds.
        case clockSkew(Double)
        /// The device starts anew and is away for the fault's length; true where it says farewell first: a
        /// device that reports closes its session (close_notify), one behind a server, whose sessions are the server's, answers
        /// its observers with a last 5.03.
        case reboot(farewell: Bool)

        /// What it is called in the names of its random numbers.
        var name: String {
            switch self {
            case .stuck: "stuck"
            case .spike: "spike"
            case .dropout: "dropout"
            case .offset: "offset"
            case .biasDrift: "bias-drift"
            case .notANumber: "nan"
            case .clockSkew: "clock-skew"
            case .reboot: "reboot"
            }
        }
    }

    /// When it happens.
    public enum Occurrence: Hashable, Sendable {
        /// At a moment, in seconds since the start.
        case at(Double)
        /// At random, so many times an hour on average, 36,000 at most. Each device has its own times, which
        /// those of its sensors that the fault meets have in common.
        case rate(perHour: Double)
    }

    /// What goes wrong.
    public var kind: Kind
    /// The path of the resource, `sensors/temperature` or `sensors/*`; nil for all sensors of the device, or the device itself.
    public var resource: String?
    /// Which of the group's devices it meets, `room-00*`; nil for all.
    public var devices: String?
    /// When.
    public var occurrence: Occurrence
    /// For how many seconds; 0 for one sample.
    public var duration: Double

    /// A fault.
    public init(
        _ kind: Kind, resource: String? = nil, devices: String? = nil, _ occurrence: Occurrence, duration: Double = 0
    ) {
        self.kind = kind
        self.resource = resource
        self.devices = devices
        self.occurrence = occurrence
        self.duration = duration
    }
}
