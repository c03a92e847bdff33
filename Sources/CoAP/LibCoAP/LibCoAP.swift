// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// The C library as a whole: started once, silent, never cleaned up (it could not be started again).
enum LibCoAP {
    /// Starts libcoap; safe to call from anywhere, as often as one likes.
    ///
    /// - Throws: `CoAPError` with code `internal` in a program that was linked past the filter of its messages.
    static func start() throws(CoAPError) {
        guard isGuarded else {
            throw CoAPError(
                .internal,
                "libcoap would not call this library's filter of messages, and peers could do harm: link libcoap as a "
                    + "shared library, behind this one")
        }
    }

    private static let isGuarded: Bool = {
        coap_startup()
        // Its log would let a peer read out of bounds at debug level, and names no session reliably with several loops.
        coap_set_log_level(-1)
        coap_dtls_set_log_level(-1)
        return ccoap_filter_is_in_force() == 1 && ccoap_gate_is_in_force() == 1
    }()
}
