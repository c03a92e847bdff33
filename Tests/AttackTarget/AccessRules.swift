// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Who may do what on the server under attack: the operator everything, everybody else what is not secret.
func accessRules() -> AccessControl {
    AccessControl(
        AccessPolicy {
            Allow("psk:device-1", .all, "**")
            Allow(.anybody, .all, "public/**", "honest", "ledger", "value", "large", "slow", "live", "body")
        })
}

extension Peer {
    /// True for the first device of the keys folder, by its pre-shared key.
    var isOperator: Bool { identity == .preSharedKey(Array("device-1".utf8)) }
}
