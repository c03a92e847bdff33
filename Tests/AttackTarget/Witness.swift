// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import TestSupport

/// Counts what handlers do.
final class Witness: Sendable {
    private let state = Locked(AttackWitness())

    /// Notes that a handler runs.
    func note(_ request: Request, _ context: RequestContext) {
        let entry = "\(request.method) \(context.route) \(context.peer.identity)"
        state.withLock { $0.runs[entry, default: 0] += 1 }
    }

    /// Notes an entry of the ledger.
    func enter(_ payload: [UInt8]) {
        let text = String(decoding: payload, as: UTF8.self)
        state.withLock { $0.ledger.append(text) }
    }

    /// Everything so far, with the memory as it is now.
    func report() throws -> [UInt8] {
        var report = state.withLock { $0 }
        report.residentKilobytes = ResidentMemory.kilobytes()
        return Array(try JSONEncoder().encode(report))
    }
}
