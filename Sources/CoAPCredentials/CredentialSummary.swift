// SPDX-License-Identifier: Apache-2.0

/// One key or certificate of a device, and how it stands.
public struct CredentialSummary: Hashable, Sendable {
    /// What it is.
    public enum Kind: String, Hashable, Sendable {
        /// A pre-shared key.
        case key
        /// A certificate.
        case certificate
    }

    /// How it stands.
    public enum State: Hashable, Sendable {
        /// It has no end, or one more than 30 days away.
        case good
        /// It is good for so many days more, the present one included.
        case expires(inDays: Int)
        /// Its end is over.
        case expired
        /// Another one took the place of an old one, which is good until this second, counted from 1970.
        case rotated(oldUntil: Int64)
        /// It is good, and the old authority signed it, whose place another one takes.
        case ofOldAuthority
        /// It is good for nothing: no authority of the folder signed it.
        case ofUnknownAuthority
        /// The device was revoked in this second, counted from 1970.
        case revoked(on: Int64)
    }

    /// The device's name.
    public let device: String
    /// What it is; nil for a device that was revoked and has nothing any more.
    public let kind: Kind?
    /// The identity of a key; nil for anything else.
    public let identity: String?
    /// Its last second, in seconds since 1970; nil when it has no end.
    public let notAfter: Int64?
    /// How it stands.
    public let state: State

    /// The day of its last second in universal time, `2028-11-23`; nil when it has no end.
    public var expiryDate: String? { notAfter.map { CalendarDate($0).description } }

    /// The state for a person: `good`, `expires in 7 days`, `rotated, old one until 2026-12-04`.
    public var stateText: String { state.text }
}

extension CredentialSummary.State {
    /// A credential is said to expire from so many days ahead.
    private static let notice = 30

    /// How something stands that is good until its end, and nothing else.
    ///
    /// - Parameters:
    ///   - end: its last second, in seconds since 1970; nil when it has no end.
    ///   - now: the moment, in seconds since 1970.
    package init(endingAt end: Int64?, now: Int64) {
        guard let end else {
            self = .good
            return
        }
        let days = ExpiryWarnings.days(until: end, now: now)
        self = end < now ? .expired : days <= Self.notice ? .expires(inDays: days) : .good
    }

    /// It for a person.
    package var text: String {
        switch self {
        case .good: "good"
        case .expires(inDays: 1): "expires in 1 day"
        case .expires(let days): "expires in \(days) days"
        case .expired: "expired"
        case .rotated(let until): "rotated, old one until \(CalendarDate(until))"
        case .ofOldAuthority: "good, of the old authority"
        case .ofUnknownAuthority: "refused, of an authority that is believed no more"
        case .revoked(let day): "revoked on \(CalendarDate(day))"
        }
    }
}
