// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How much is sent: all of it with `make attack`, less beside the other tests.
enum Scale {
    private static let environment = ProcessInfo.processInfo.environment

    /// Peers of a flood.
    static let flood = environment["ATTACK_REPORT"] == nil ? 2_000 : 10_000

    /// Malformed datagrams of each kind; ATTACK_DATAGRAMS sets another number.
    static let malformed = environment["ATTACK_DATAGRAMS"].flatMap { Int($0) } ?? 30_000
}
