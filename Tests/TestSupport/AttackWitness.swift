// SPDX-License-Identifier: Apache-2.0

/// What the server under attack tells about itself: passed as JSON over an honest session.
package struct AttackWitness: Codable, Sendable {
    /// How often each handler ran and for whom: `GET /secret/{name} psk:device-1`. Those that ask for this are not among them.
    package var runs: [String: Int] = [:]
    /// What was written into the ledger, in order.
    package var ledger: [String] = []
    /// The process's resident memory in KiB, after unused memory was given back.
    package var residentKilobytes = 0

    /// Nothing has happened.
    package init() {}

    /// How often handlers ran whose entry begins with a text.
    package func runs(of prefix: String) -> Int {
        runs.reduce(0) { $0 + ($1.key.hasPrefix(prefix) ? $1.value : 0) }
    }

    /// How often handlers ran for peers whose identity is this.
    package func runs(for identity: String) -> Int {
        runs.reduce(0) { $0 + ($1.key.hasSuffix(" " + identity) ? $1.value : 0) }
    }
}
