// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// The C library as a whole: started once, silent, never cleaned up (it could not be started again).
enum LibCoAP {
    /// Starts libcoap; safe to call from anywhere, as often as one likes.
    static func start() { _ = started }

    private static let started: Void = {
        coap_startup()
        // Its log would let a peer read out of bounds at debug level, and names no session reliably with several loops.
        coap_set_log_level(-1)
        coap_dtls_set_log_level(-1)
    }()
}
