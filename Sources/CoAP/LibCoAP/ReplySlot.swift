// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// The reply that libcoap has prepared for the request at hand: type, message id and token are in it already.
/// It lives only during libcoap's call.
struct ReplySlot {
    private let pdu: OpaquePointer

    init(_ pdu: OpaquePointer) { self.pdu = pdu }

    /// Fills in a response that fits (`Response.fits(_:)`); it is filled once.
    ///
    /// - Returns: false when libcoap refuses an option, or has no memory: then nothing is sent from here.
    func fill(_ response: Response) -> Bool {
        coap_pdu_set_code(pdu, coap_pdu_code_t(UInt32(response.code.rawValue)))
        let isWhole =
            response.options.storage.withUnsafeBufferPointer { buffer in
                buffer.isEmpty || ccoap_options_add(pdu, buffer.baseAddress, buffer.count) != 0
            }
            && (response.payload.isEmpty || coap_add_data(pdu, response.payload.count, response.payload) != 0)
        // Half a response is worse than none.
        if !isWhole { silence() }
        return isWhole
    }

    /// Has libcoap send nothing at all: neither response nor acknowledgement.
    func silence() {
        coap_pdu_set_code(pdu, coap_pdu_code_t(0))
        coap_pdu_set_type(pdu, COAP_MESSAGE_NON)
    }

    /// Has libcoap send the empty acknowledgement of a confirmable request.
    func acknowledge() { coap_pdu_set_code(pdu, coap_pdu_code_t(0)) }
}
