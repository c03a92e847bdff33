// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// One of libcoap's sessions. Nothing here keeps it alive but ``retain()``; every call belongs on its loop.
struct SessionHandle: Hashable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    /// True when messages can be sent: on UDP always, on DTLS after the handshake.
    ///
    /// Sending on a server's closed DTLS session would make libcoap start a handshake of its own towards the peer.
    var isEstablished: Bool { coap_session_get_state(pointer) == COAP_SESSION_STATE_ESTABLISHED }

    var isDTLS: Bool { coap_session_get_proto(pointer) == COAP_PROTO_DTLS }

    var remoteAddress: SocketAddress? { SocketAddress(coap_session_get_addr_remote(pointer)) }

    var localAddress: SocketAddress? { SocketAddress(coap_session_get_addr_local(pointer)) }

    /// The bytes a message sent from here may take behind its header, so that it has 1,152 at most (RFC 7252 §4.6).
    ///
    /// Larger ones are received, but need not reach anybody. Over DTLS, peers on libcoap take off what DTLS adds.
    var maximumMessageSize: Int {
        let wanted = 1152 - 4 - (isDTLS ? 37 : 0)
        return min(coap_session_max_pdu_size(pointer), wanted)
    }

    /// The object attached to the session; libcoap does not own it.
    var attachment: UnsafeMutableRawPointer? {
        get { coap_session_get_app_data(pointer) }
        nonmutating set { coap_session_set_app_data(pointer, newValue) }
    }

    /// The identity the peer's pre-shared key was found by; empty without one.
    var preSharedKeyIdentity: [UInt8] {
        guard let identity = coap_session_get_psk_identity(pointer)?.pointee, let bytes = identity.s else { return [] }
        return Array(UnsafeBufferPointer(start: bytes, count: identity.length))
    }

    /// The DTLS connection; nil on UDP and when it is closed.
    var connection: DTLSConnection? {
        guard isDTLS, let ssl = coap_session_get_tls(pointer, nil) else { return nil }
        return DTLSConnection(OpaquePointer(ssl))
    }

    /// Keeps the session from being freed; pairs with ``release()``.
    func retain() { coap_session_reference(pointer) }

    /// Gives back what ``retain()`` took; a client's session without holders is freed.
    func release() { coap_session_release(pointer) }

    /// Lets up to this many confirmable messages be under way at once (NSTART, RFC 7252 §4.7), 1–255.
    func allowOutstanding(_ count: Int) { coap_session_set_nstart(pointer, UInt16(min(max(count, 1), 255))) }

    /// Lets a handshake be repeated for as long as the caller has patience; libcoap would give it up after four times.
    func repeatHandshakeForever() { coap_session_set_max_retransmit(pointer, .max) }

    /// Sets how confirmable messages are repeated (RFC 7252 §4.8).
    func setTransmission(_ parameters: TransmissionParameters) {
        coap_session_set_ack_timeout(pointer, Self.fixed(parameters.ackTimeout.inSeconds))
        coap_session_set_ack_random_factor(pointer, Self.fixed(parameters.ackRandomFactor))
        coap_session_set_max_retransmit(pointer, UInt16(clamping: parameters.maximumRetransmissions))
    }

    private static func fixed(_ value: Double) -> coap_fixed_point_t {
        let thousandths = UInt32(max(0, min(value, 65_000)) * 1000)
        return coap_fixed_point_t(
            integer_part: UInt16(thousandths / 1000), fractional_part: UInt16(thousandths % 1000))
    }

    /// Ends the session: DTLS says goodbye, what was under way is reported as refused.
    func disconnect(_ reason: coap_nack_reason_t = COAP_NACK_TLS_FAILED) {
        coap_session_disconnected(pointer, reason)
    }

    func newMessageID() -> UInt16 { coap_new_message_id(pointer) }

    /// Sends a message. Without a message id it gets a new one. libcoap repeats a confirmable one, unless the caller does
    /// that itself and says so by `isRepeated`.
    ///
    /// - Returns: the message id; nil when the message could not be sent.
    /// - Throws: `CoAPError` with code `tooLarge` when it does not fit one datagram.
    @discardableResult
    func send(
        _ type: MessageType, _ code: Code, messageID: UInt16? = nil, token: Token = .empty,
        options: Options = Options(), payload: [UInt8] = [], isRepeated: Bool = true
    ) throws(CoAPError) -> UInt16? {
        let size = code == .empty ? 0 : maximumMessageSize
        guard
            let pdu = coap_pdu_init(
                coap_pdu_type_t(UInt32(type.rawValue)), coap_pdu_code_t(UInt32(code.rawValue)),
                coap_mid_t(messageID ?? newMessageID()), size)
        else { throw CoAPError(.internal, "no memory for a message") }
        let fits =
            (token.count == 0 || ccoap_token_add(pdu, token.bits, token.count) != 0)
            && options.storage.withUnsafeBufferPointer {
                $0.isEmpty || ccoap_options_add(pdu, $0.baseAddress, $0.count) != 0
            }
            && (payload.isEmpty || coap_add_data(pdu, payload.count, payload) != 0)
        guard fits else {
            coap_delete_pdu(pdu)
            throw CoAPError(
                .tooLarge,
                "the message does not fit one datagram: options and \(payload.count) bytes of payload, "
                    + "room for \(size); send less")
        }
        let sent = isRepeated ? coap_send(pointer, pdu) : ccoap_send_once(pointer, pdu)
        return sent == COAP_INVALID_MID ? nil : UInt16(truncatingIfNeeded: sent)
    }

    /// Sends an empty confirmable message, which a living peer refuses (CoAP ping, RFC 7252 §4.3).
    func sendPing() -> UInt16? {
        let sent = coap_session_send_ping(pointer)
        return sent == COAP_INVALID_MID ? nil : UInt16(truncatingIfNeeded: sent)
    }
}
