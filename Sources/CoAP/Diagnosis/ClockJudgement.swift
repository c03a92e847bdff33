// SPDX-License-Identifier: Apache-2.0

/// Whether a certificate's time or somebody's clock is wrong.
struct ClockJudgement {
    /// This side's clock, in seconds since 1970.
    var now: Int64
    var notBefore: Int64
    var notAfter: Int64

    /// The day this was written: a clock that is before it goes wrong. 2026-11-01.
    static let earliest: Int64 = 1_793_491_200
    /// What clocks differ by rather than certificates being made for later: a day, and so every mistake about time zones.
    static let skew: Int64 = 86_400

    /// True when it is the clock that seems to be wrong.
    var blamesClock: Bool { now < Self.earliest || notBefore > now && notBefore - now <= Self.skew }

    /// What is known, for a person.
    var evidence: String {
        let clock = "this side's clock says \(UniversalTime.text(now))"
        if now < Self.earliest { return "\(clock), which is before this program was written" }
        if notBefore > now {
            return
                "it is valid from \(UniversalTime.text(notBefore)) on, in \(UniversalTime.span(notBefore - now)); \(clock)"
        }
        if notAfter < now {
            return
                "it was valid until \(UniversalTime.text(notAfter)), \(UniversalTime.span(now - notAfter)) ago; \(clock)"
        }
        return "it is valid now; \(clock)"
    }
}
