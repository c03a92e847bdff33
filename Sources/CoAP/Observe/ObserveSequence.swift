// SPDX-License-Identifier: Apache-2.0

/// The numbers of a resource's notifications: 24 bits, each newer than the one before in serial arithmetic (RFC 7641 §4.4).
struct ObserveSequence: Equatable {
    /// The present number, 0 to 16,777,215.
    private(set) var number: UInt32

    /// A sequence that starts at a number, of which the lower 24 bits count.
    init(_ start: UInt32) { number = start & 0xFF_FFFF }

    /// A sequence whose start moves with the clock, so that a server that begins anew is not behind what it sent before,
    /// unless it had sent four notifications a second.
    init(at now: MonotonicTime) { self.init(UInt32(truncatingIfNeeded: now.nanoseconds >> 28)) }

    /// Moves on to the next number.
    mutating func advance() { number = (number + 1) & 0xFF_FFFF }

    /// True when the first number is newer than the second (RFC 7641 §3.4).
    static func isNewer(_ first: UInt32, than second: UInt32) -> Bool {
        let distance = (first &- second) & 0xFF_FFFF
        return distance != 0 && distance < 1 << 23
    }
}
