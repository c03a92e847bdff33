// SPDX-License-Identifier: Apache-2.0

/// What is counted of the reports of each device.
public enum ReportCount: String, Hashable, Sendable, CaseIterable {
    /// Those that were made.
    case made
    /// Those that the server has answered by a success.
    case delivered
    /// Those that were given up, or for which there was no place.
    case lost
    /// Those that wait for the server still.
    case waiting
}

extension ReportCounts {
    subscript(count: ReportCount) -> UInt32 {
        switch count {
        case .made: made
        case .delivered: delivered
        case .lost: lost
        case .waiting: waiting
        }
    }
}
