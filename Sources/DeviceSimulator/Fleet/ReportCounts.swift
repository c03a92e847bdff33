// SPDX-License-Identifier: Apache-2.0

/// What became of a device's reports.
struct ReportCounts: Hashable, Sendable {
    /// How many were made.
    var made: UInt32 = 0
    /// How many the server has answered by a success.
    var delivered: UInt32 = 0
    /// How many were given up, or had no place.
    var lost: UInt32 = 0

    /// How many wait for the server still.
    var waiting: UInt32 { made &- delivered &- lost }
}
