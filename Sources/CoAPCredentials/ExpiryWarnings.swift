// SPDX-License-Identifier: Apache-2.0

/// Decides when to say that something runs out: 30 days ahead, 7, 1, and when it has; each once.
public struct ExpiryWarnings: Sendable {
    /// One thing to say.
    public struct Warning: Hashable, Sendable {
        /// What runs out.
        public let credential: ExpiringCredential
        /// For how many days more it is good, the present one included; 0 when it has run out.
        public let days: Int

        /// The warning for a person.
        public var message: String {
            let day = CalendarDate(credential.notAfter)
            let remedy = credential.renewal.map { "; run: \($0)" } ?? ""
            return switch days {
            case 0: "\(credential.name) expired on \(day)\(remedy)"
            case 1: "\(credential.name) expires within a day, on \(day)\(remedy)"
            default: "\(credential.name) expires in \(days) days, on \(day)\(remedy)"
            }
        }
    }

    /// From how many days ahead there is a warning; 0 is the end itself.
    public static let thresholds = [30, 7, 1, 0]

    /// The smallest threshold that was said of each.
    private var told: [ExpiringCredential: Int] = [:]

    /// Nothing has been said yet.
    public init() {}

    /// What there is to say now that was not said before; the soonest first.
    ///
    /// A credential that has passed several thresholds at once is named once, and one that was replaced begins anew.
    ///
    /// - Parameters:
    ///   - credentials: everything that runs out; what is not among them any more is forgotten.
    ///   - now: the moment, in seconds since 1970.
    public mutating func due(_ credentials: [ExpiringCredential], now: Int64) -> [Warning] {
        var warnings: [Warning] = []
        var said: [ExpiringCredential: Int] = [:]
        for credential in credentials {
            let days = Self.days(until: credential.notAfter, now: now)
            guard let threshold = Self.thresholds.last(where: { days <= $0 }) else { continue }
            let before = told[credential]
            said[credential] = min(before ?? threshold, threshold)
            if before.map({ threshold < $0 }) ?? true {
                warnings.append(Warning(credential: credential, days: days))
            }
        }
        told = said
        return warnings.sorted {
            ($0.credential.notAfter, $0.credential.name) < ($1.credential.notAfter, $1.credential.name)
        }
    }

    /// For how many days more something is good, the present one included; 0 when it has run out.
    ///
    /// - Parameters:
    ///   - end: its last second, in seconds since 1970.
    ///   - now: the moment, in seconds since 1970.
    public static func days(until end: Int64, now: Int64) -> Int {
        end < now ? 0 : max(1, Int(clamping: (end - now + 86_399) / 86_400))
    }
}
