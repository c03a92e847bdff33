// SPDX-License-Identifier: Apache-2.0

public import CoAP

/// What became of one attempt to set an actuator.
public struct ActuatorAudit: Hashable, Sendable {
    /// What was decided.
    public enum Verdict: Hashable, Sendable {
        /// The actuator obeys.
        case accepted
        /// It does not, with this code and for this reason.
        case refused(Code, String)
        /// It took its fail-safe value by itself, since nobody told it anything.
        case failSafe
    }

    /// When, in seconds since 1970 of simulated time.
    public var time: Double
    /// The device's name, `room-007`.
    public var device: String
    /// The resource's path at the device, `actuators/heater`.
    public var resource: String
    /// Where the actuator was before; nil while the device is away.
    public var before: Double?
    /// What it was told; nil when nobody could make sense of it.
    public var after: Double?
    /// Who asked for it; nil for what it did by itself.
    public var identity: PeerIdentity?
    /// What was decided.
    public var verdict: Verdict

    /// The verdict in words.
    var outcome: String {
        switch verdict {
        case .accepted: "accepted"
        case .failSafe: "fail-safe"
        case .refused(let code, let reason): "refused, \(code): \(reason)"
        }
    }
}
