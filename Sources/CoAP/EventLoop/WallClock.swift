// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The time of day, for what certificates and keys say of theirs; never for deadlines.
enum WallClock {
    /// Seconds since 1970.
    static var seconds: Int64 { Int64(time(nil)) }
}
