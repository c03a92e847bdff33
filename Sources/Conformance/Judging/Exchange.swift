// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A request with what came back.
struct Exchange: Sendable {
    let request: Message
    /// What acknowledged the request; nil for none. It may be the response itself.
    let acknowledgement: Message?
    let response: Message
    /// How often the request was sent.
    let transmissions: Int

    /// True when the response stands in the acknowledgement.
    var isPiggybacked: Bool { response.type == .acknowledgement }
}
