// SPDX-License-Identifier: Apache-2.0

/// Decides what one observer is sent, and when: at most one confirmable notification is under way, the newest value wins,
/// and the conditions of its query hold (RFC 7641 §4.5). No I/O.
struct ObserverState {
    /// What is to be done now.
    enum Action: Equatable {
        /// Nothing, until something happens.
        case none
        /// The newest representation is sent.
        case send(MessageType)
        /// Nothing, until this moment; then ``ObserverState/due(value:at:)`` decides.
        case wait(until: MonotonicTime)
        /// The representation is rendered anew and sent, whatever its value.
        case refresh
    }

    let policy: NotificationPolicy
    let conditions: ConditionalAttributes
    /// The number of the last notification.
    private(set) var sequence: UInt32
    /// The confirmable notification that is not yet acknowledged, and its number.
    private(set) var outstanding: UInt16?
    private(set) var outstandingSequence: UInt32?
    /// True when the newest representation has not been sent.
    private(set) var isBehind = false
    /// True when the next representation is sent whatever its value: `pmax` is over, or the peer is to be heard of.
    private(set) var isForced = false
    private var isProbing = false
    private var sinceConfirmable = 0
    private var lastConfirmed: MonotonicTime
    private var lastSent: MonotonicTime
    private var lastValue: Double?
    /// The last non-confirmable notifications, for a reset that may come.
    private var recent: (UInt16?, UInt16?, UInt16?, UInt16?) = (nil, nil, nil, nil)

    /// Until when a confirmable notification must follow the last one that was acknowledged.
    static let confirmableInterval: Duration = .seconds(24 * 3600)

    /// How far apart non-confirmable notifications are while a confirmable one is under way: its repetitions may take long on a
    /// bad link, and the state goes on changing (RFC 7641 §4.5.1).
    static let interimInterval: Duration = .seconds(3)

    /// An observation that was registered by a request whose response had this number and value.
    init(
        policy: NotificationPolicy, conditions: ConditionalAttributes, sequence: UInt32, value: Double?,
        at now: MonotonicTime
    ) {
        self.policy = policy
        self.conditions = conditions
        self.sequence = sequence
        lastConfirmed = now
        lastSent = now
        lastValue = value
    }

    /// There is a newer representation.
    mutating func changed(value: Double?, at now: MonotonicTime) -> Action {
        isBehind = true
        return next(value: value, at: now)
    }

    /// A moment that was waited for has come.
    mutating func due(value: Double?, at now: MonotonicTime) -> Action {
        if let maximum = conditions.maximumPeriod, now >= lastSent + max(maximum, leastInterval ?? .zero) {
            isForced = true
            return .refresh
        }
        return next(value: value, at: now)
    }

    /// The peer has not been heard of for long: what is sent next asks it.
    mutating func probe() -> Action {
        guard outstanding == nil else { return .none }
        isForced = true
        isProbing = true
        return .refresh
    }

    /// A notification was sent.
    mutating func sent(_ type: MessageType, messageID: UInt16, sequence: UInt32, value: Double?, at now: MonotonicTime)
    {
        self.sequence = sequence
        isBehind = false
        isForced = false
        lastSent = now
        lastValue = value
        if type == .confirmable {
            isProbing = false
            outstanding = messageID
            outstandingSequence = sequence
            sinceConfirmable = 0
        } else {
            sinceConfirmable += 1
            recent = (messageID, recent.0, recent.1, recent.2)
        }
    }

    /// The confirmable notification was acknowledged.
    mutating func acknowledged(value: Double?, at now: MonotonicTime) -> Action {
        outstanding = nil
        lastConfirmed = now
        return next(value: value, at: now)
    }

    /// True when a reset with this message id refuses a notification.
    func isRefused(by messageID: UInt16) -> Bool {
        outstanding == messageID || recent.0 == messageID || recent.1 == messageID || recent.2 == messageID
            || recent.3 == messageID
    }

    /// When something must be done though nothing happens; nil when never.
    func deadline(value: Double?) -> MonotonicTime? {
        if isBehind, let interval = leastInterval, isForced || conditions.admits(value, after: lastValue) {
            return lastSent + interval
        }
        return conditions.maximumPeriod.map { lastSent + max($0, leastInterval ?? .zero) }
    }

    /// The least time between two notifications; nil for none.
    private var leastInterval: Duration? {
        outstanding == nil
            ? conditions.minimumPeriod : max(Self.interimInterval, conditions.minimumPeriod ?? .zero)
    }

    private func next(value: Double?, at now: MonotonicTime) -> Action {
        guard isBehind, isForced || conditions.admits(value, after: lastValue) else {
            return deadline(value: value).map { .wait(until: $0) } ?? .none
        }
        // A probe is not what an observer set its period for.
        if let interval = leastInterval, now < lastSent + interval, !isProbing {
            return .wait(until: lastSent + interval)
        }
        let isConfirmable =
            isProbing || sinceConfirmable >= policy.confirmablePeriod - 1
            || now >= lastConfirmed + Self.confirmableInterval
        return .send(isConfirmable && outstanding == nil ? .confirmable : .nonConfirmable)
    }
}
