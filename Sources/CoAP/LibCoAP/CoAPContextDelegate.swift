// SPDX-License-Identifier: Apache-2.0

/// What a context reports, always on its loop and in the middle of libcoap's own work: no session may be disconnected or
/// released here but through ``CoAPContext/afterDispatch(_:)``.
protocol CoAPContextDelegate: AnyObject {
    /// A response came; false refuses it with a reset.
    func received(response: InboundMessage, on session: SessionHandle) -> Bool

    /// A confirmable message was refused, or given up.
    func failed(messageID: UInt16, token: Token, reason: DeliveryFailure, on session: SessionHandle)

    /// Something happened to a session.
    func event(_ event: SessionEvent, on session: SessionHandle, of context: CoAPContext)

    /// A fatal alert was sent or received, or the peer's farewell came; the session is nil while a hello's cookie is not yet
    /// checked.
    func alert(_ alert: DTLSAlert, on session: SessionHandle?)

    /// A message was refused before libcoap acted on it.
    func refused(_ reason: MessageRefusal)
}

/// What only a server's context reports.
protocol CoAPServerContextDelegate: CoAPContextDelegate {
    /// A request came; the slot is filled now or silenced and answered later.
    func received(request: InboundMessage, on session: SessionHandle, of context: CoAPContext, reply: ReplySlot)

    /// A message with this id was acknowledged without a response; whether one was sent is for the delegate to know.
    func acknowledged(messageID: UInt16, on session: SessionHandle)

    /// A message with this id was refused; whether one was sent is for the delegate to know.
    func reset(messageID: UInt16, on session: SessionHandle)

    /// A hello was judged, or a datagram came from where there is no session; neither reached libcoap.
    func hello(_ report: HelloGuard.Report)

    /// An empty message came, which libcoap answers (CoAP ping, RFC 7252 §4.3).
    func pinged(_ session: SessionHandle)

    /// A handshake goes on without end since its client's last message cannot be read; it is not ended by that. The same
    /// one may be told of again.
    func handshakeStuck(on session: SessionHandle, at stage: ServerHandshakeStage)

    /// A handshake takes too long; the end of its session follows.
    func handshakeExpired(on session: SessionHandle, at stage: ServerHandshakeStage)

    /// A session ends because its peer has begun anew.
    func handshakeRestarts(on session: SessionHandle)

    /// A handshake ends because its address has more of them than another that wants a place.
    func handshakeCrowdedOut(on session: SessionHandle)
}

/// What only a client's context asks and reports.
protocol CoAPClientContextDelegate: CoAPContextDelegate {
    /// A certificate that is being refused, and how far above the server's own it stands, which is at 0.
    func refused(_ certificate: CertificateIdentity, depth: Int, on session: SessionHandle)

    /// A message came, before libcoap acts on it; it keeps empty acknowledgements to itself.
    ///
    /// - Returns: what libcoap is to make of it.
    func screen(_ message: InboundMessage, on session: SessionHandle) -> Screening

    /// The key to use on a client's session; nil when it has none.
    func clientKey(for session: SessionHandle) -> PreSharedKey?
}

/// Why a confirmable message did not arrive.
enum DeliveryFailure {
    /// Nobody acknowledged it, however often it was repeated.
    case tooManyRetries
    /// The session ended before it was acknowledged.
    case notDeliverable
    /// The peer refused it with a reset.
    case reset
    /// The DTLS connection failed.
    case dtlsFailed
    /// The network says nobody is there; libcoap keeps trying.
    case unreachable
}

/// Why a message was refused before libcoap acted on it.
enum MessageRefusal: String {
    /// It is no CoAP message (RFC 7252 §3).
    case malformed
    /// It has a code that only CoAP over TCP knows (RFC 8323 §5).
    case signal
}

/// What happens to a session.
enum SessionEvent {
    /// The handshake is done.
    case connected
    /// The DTLS connection is gone.
    case closed
    /// The DTLS connection failed.
    case failed
    /// libcoap frees a server's session right after this.
    case deleted
}

/// A fatal alert of DTLS (RFC 5246 §7.2).
struct DTLSAlert: Hashable, Sendable {
    /// True when this side sent it.
    let wasSent: Bool
    /// The alert's number.
    let description: UInt8
    /// How far a server's handshake was; nil for clients and where that is not known.
    var stage: ServerHandshakeStage?

    /// True for the peer's farewell (close_notify), which is an alert, too.
    var isFarewell: Bool { description == 0 }

    /// The registered name, or the number where there is none.
    var name: String { registeredName ?? "alert \(description)" }

    /// The registered name; `other` where there is none, so that a peer cannot make up labels.
    var metricName: String { registeredName ?? "other" }

    private var registeredName: String? {
        switch description {
        case 0: "close_notify"
        case 10: "unexpected_message"
        case 20: "bad_record_mac"
        case 40: "handshake_failure"
        case 42: "bad_certificate"
        case 43: "unsupported_certificate"
        case 44: "certificate_revoked"
        case 45: "certificate_expired"
        case 46: "certificate_unknown"
        case 47: "illegal_parameter"
        case 48: "unknown_ca"
        case 49: "access_denied"
        case 50: "decode_error"
        case 51: "decrypt_error"
        case 70: "protocol_version"
        case 71: "insufficient_security"
        case 80: "internal_error"
        case 112: "unrecognized_name"
        case 115: "unknown_psk_identity"
        case 116: "certificate_required"
        default: nil
        }
    }
}
