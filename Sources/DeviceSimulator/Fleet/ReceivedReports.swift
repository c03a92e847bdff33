// SPDX-License-Identifier: Apache-2.0

/// What a server has got of a fleet's reports.
public struct ReceivedReports: Hashable, Sendable {
    /// Reports, each counted once.
    public var count = 0
    /// Reports that came again.
    public var duplicates = 0

    /// Nothing.
    public init() {}
}
