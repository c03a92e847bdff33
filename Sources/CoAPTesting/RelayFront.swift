// SPDX-License-Identifier: Apache-2.0

import CoAP
import LinkModel

/// A port that clients of a ``FaultyLink`` send to.
final class RelayFront: Sendable {
    let socket: Int32
    let port: UInt16
    /// Which random numbers the datagrams of its one client take; nil for a port that is for all.
    let number: UInt64?

    init(socket: Int32, port: UInt16, number: UInt64? = nil) {
        self.socket = socket
        self.port = port
        self.number = number
    }
}
