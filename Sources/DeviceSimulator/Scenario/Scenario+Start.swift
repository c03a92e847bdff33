// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Scenario {
    /// The date at which a scenario without one begins where no clock counts, so that two runs are the same: 2026-01-01, in seconds
    /// since 1970.
    public static let usualStart = 1_767_225_600.0

    /// The same scenario with a date to begin at: its own, or else this one.
    ///
    /// - Parameter date: in seconds since 1970.
    public func starting(at date: Double) -> Scenario {
        guard start == nil else { return self }
        var dated = self
        dated.start = date
        return dated
    }

    /// The system's clock in whole seconds since 1970.
    static var presentDate: Double { Double(time(nil)) }
}
