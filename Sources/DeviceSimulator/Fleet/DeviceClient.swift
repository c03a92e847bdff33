// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What a device does towards its server: its session, what it has taken, and what it keeps until the server has it.
///
/// It is small on purpose, and has no task of its own: a fleet has thousands.
struct DeviceClient {
    enum Phase: UInt8 {
        /// Before its turn in the ramp, and for those that do not report.
        case off
        /// Without a session.
        case resting
        /// Without a session until ``DeviceClient/retryAt``.
        case pausing
        /// In the handshake.
        case opening
        /// With a session.
        case up
        /// While it reboots.
        case away
    }

    /// The number of its group.
    let group: Int
    var phase = Phase.off
    /// True while a report is under way.
    var isAsking = false
    /// True when it is to make a new session, for new credentials.
    var renews = false
    /// True after one report without an answer on the session.
    var isUnheard = false
    /// Tells the present session from former ones.
    var generation: UInt32 = 0
    /// How many of its new starts are known.
    var reboots: UInt32 = 0
    var session: (any DeviceSession)?
    /// What is under way.
    var task: Task<Void, Never>?
    var pause: RetryPause
    /// Nothing is sent before, in real time.
    var retryAt = 0.0

    // Reports
    /// When values are taken next, in simulated time.
    var nextTaking = Double.infinity
    /// The time of its lasting entry among those whose values are due; an earlier one may be there beside it, of a change.
    var queuedTaking = Double.infinity
    /// What was told last, where changes count.
    var told: [Double] = []
    var takings: [ReportForm.Taking] = []
    var queue = ReportQueue()
    /// What became of its reports.
    var reports = ReportCounts()
    /// The last report's number.
    var number = 0
}
