// SPDX-License-Identifier: Apache-2.0

import CoAP

/// How far a device has come with a new program. No I/O; times are in simulated seconds since the scenario's start.
struct FirmwareUpdate {
    /// What the device does with its program.
    enum Phase: Hashable {
        /// Nothing was replaced since the start.
        case idle
        /// An image comes; the size is nil where the client does not say it.
        case downloading(received: Int, size: Int?)
        /// The image is here and compared with its sum.
        case verifying
        /// It starts anew with the image.
        case rebooting
        /// It runs what it got.
        case running
        /// The image did not start, and the former one runs again.
        case rolledBack(reason: String)
    }

    /// The version that runs.
    private(set) var version = "1.0"
    /// What it does.
    private(set) var phase = Phase.idle
    /// What it comes back to when an image is given up.
    private var former = Phase.idle
    private var restart: (end: Double, version: String, boots: Bool)?

    /// For how many seconds a device is away when it starts a new program.
    static let restartTime = 5.0
    /// What an image begins with that does not start.
    static let broken = Array("BAD!".utf8)

    /// Begins to take an image.
    ///
    /// - Throws: `ResponseError` with 4.09 while another one is taken or started.
    mutating func begin(size: Int?) throws(ResponseError) {
        switch phase {
        case .downloading, .verifying, .rebooting:
            throw ResponseError(.conflict, "another image is on its way; wait until the state is another one")
        case .idle, .running, .rolledBack: break
        }
        former = phase
        phase = .downloading(received: 0, size: size)
    }

    /// Takes down how much has come.
    ///
    /// - Returns: true when that is worth telling: another per cent, or another 64 KiB where the size is not known.
    mutating func receive(_ received: Int) -> Bool {
        guard case .downloading(let before, let size) = phase else { return false }
        phase = .downloading(received: received, size: size)
        if let size, size > 0 { return before * 100 / size != received * 100 / size }
        return before >> 16 != received >> 16
    }

    /// All of it has come.
    mutating func verify() { phase = .verifying }

    /// The image is given up.
    mutating func abandon() {
        guard restart == nil else { return }
        phase = former
    }

    /// Starts the image.
    mutating func restart(with version: String, boots: Bool, at time: Double) {
        phase = .rebooting
        restart = (time + Self.restartTime, version, boots)
    }

    /// Moves on to a time.
    ///
    /// - Returns: true when the restart has ended on the way.
    mutating func advance(to time: Double) -> Bool {
        guard let restart, restart.end <= time else { return false }
        self.restart = nil
        if restart.boots {
            version = restart.version
            phase = .running
        } else {
            phase = .rolledBack(reason: "\(restart.version) does not start: the image begins with BAD!")
        }
        return true
    }
}
