// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// Loads servers in turn and compares them.
struct Bench {
    /// One server to load.
    struct Target: Sendable {
        var name: String
        var plan: LoadPlan
        var security: ClientSecurity
    }

    /// Loads a server once.
    static func run(_ target: Target) async throws -> LoadResult {
        guard case .plain = target.security else {
            return try await SecureLoad(plan: target.plan, security: target.security).run()
        }
        let addresses = try await Resolver.addresses(
            of: target.plan.uri.host, port: target.plan.uri.port, deadline: .seconds(10))
        return try PlainLoad(plan: target.plan).run(addresses)
    }
}
