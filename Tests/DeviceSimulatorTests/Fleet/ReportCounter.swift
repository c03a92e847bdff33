// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML

@testable import DeviceSimulator

/// A resource that devices report to, and which counts.
final class ReportCounter: Sendable {
    private let state = Locked<[String: [Int]]>([:])

    /// The numbers of each device's reports, as they came.
    var numbers: [String: [Int]] { state.withLock { $0 } }

    var received: ReceivedReports {
        var received = ReceivedReports()
        for numbers in numbers.values {
            let distinct = Set(numbers).count
            received.count += distinct
            received.duplicates += numbers.count - distinct
        }
        return received
    }

    /// Takes reports on `/reports`.
    var router: Router {
        let router = Router()
        router.post("reports") { [self] request, context in
            let pack: SenMLPack = try request.decode()
            guard case .preSharedKey(let identity) = context.peer.identity,
                case .number(let number)? = try pack.resolved(now: 0).first?.value
            else { throw ResponseError(.badRequest) }
            state.withLock { $0[String(decoding: identity, as: UTF8.self), default: []].append(Int(number)) }
            return Response(.changed)
        }
        return router
    }
}
