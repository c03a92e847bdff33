// SPDX-License-Identifier: Apache-2.0

/// Which notifications of a resource are confirmable (RFC 7641 §4.5).
///
/// Whatever the policy, one is confirmable when the last one that was acknowledged is 24 hours old. To peers on plain CoAP at
/// least every 32nd is: their address may be forged, and whoever has it must be able to end it (RFC 7641 §7).
public struct NotificationPolicy: Hashable, Sendable {
    /// Every how many notifications to one observer a confirmable one is sent, from 1.
    public let confirmablePeriod: Int

    /// Every fifth: an observer that is gone is found out after four that went nowhere.
    public static let `default` = NotificationPolicy.confirmableEvery(5)

    /// All: for changes that must not be missed. Each waits for the acknowledgement of the one before; of the values in
    /// between the newest is sent.
    public static let confirmable = NotificationPolicy.confirmableEvery(1)

    /// None but those that 24 hours make necessary: for readings where the next one makes up for a lost one. An observer that
    /// is gone is found out by its reset, or when the session is not heard of.
    public static let nonConfirmable = NotificationPolicy.confirmableEvery(Int.max)

    /// The policy for peers whose address may be forged.
    var forUnprovenPeers: NotificationPolicy { .confirmableEvery(min(confirmablePeriod, 32)) }

    /// Every n-th notification to an observer; numbers below 1 count as 1.
    public static func confirmableEvery(_ count: Int) -> NotificationPolicy {
        NotificationPolicy(confirmablePeriod: max(1, count))
    }
}
