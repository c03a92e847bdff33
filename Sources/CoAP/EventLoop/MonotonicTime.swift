// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A moment on the monotonic clock, in nanoseconds; clock steps do not move it.
package struct MonotonicTime: Comparable, Hashable, Sendable {
    /// Nanoseconds since an arbitrary start.
    package var nanoseconds: UInt64

    /// A moment by its nanoseconds.
    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// The present moment.
    package static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// The moment later by a duration; negative durations count as zero, the sum saturates.
    package static func + (lhs: MonotonicTime, rhs: Duration) -> MonotonicTime {
        let (sum, overflow) = lhs.nanoseconds.addingReportingOverflow(rhs.clampedNanoseconds)
        return MonotonicTime(nanoseconds: overflow ? .max : sum)
    }

    /// The time from the second moment to the first; zero when it is negative.
    package static func - (lhs: MonotonicTime, rhs: MonotonicTime) -> Duration {
        .nanoseconds(lhs > rhs ? Int64(clamping: lhs.nanoseconds - rhs.nanoseconds) : 0)
    }

    /// The moment earlier by a duration; the start of the clock where there is none.
    package func earlier(by duration: Duration) -> MonotonicTime {
        let nanos = duration.clampedNanoseconds
        return MonotonicTime(nanoseconds: nanoseconds > nanos ? nanoseconds - nanos : 0)
    }

    /// The earlier moment first.
    package static func < (lhs: MonotonicTime, rhs: MonotonicTime) -> Bool { lhs.nanoseconds < rhs.nanoseconds }
}

extension Duration {
    /// The duration in nanoseconds, between zero and 292 years.
    package var clampedNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? UInt64(Int64.max) : min(product + UInt64(attoseconds) / 1_000_000_000, UInt64(Int64.max))
    }

    /// The duration in seconds.
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
