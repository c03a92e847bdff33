// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A confirmable message of the server that came, perhaps not for the first time.
struct Arrival: Sendable {
    let messageID: UInt16
    let token: Token
    let time: MonotonicTime
}
