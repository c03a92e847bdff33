// SPDX-License-Identifier: Apache-2.0

/// A libcoap context of the pool: hands to each of its sessions what libcoap reports. Confined to the client's loop.
final class ClientContext {
    let context: CoAPContext

    /// How many sessions it serves.
    private(set) var sessions = 0

    /// A context that has started.
    init(loop: EventLoop, isSecure: Bool) throws(CoAPError) {
        context = try CoAPContext(loop: loop)
        context.deliver(to: self)
        do throws(CoAPError) {
            if isSecure { try context.secureClient() }
            try context.start()
        } catch {
            context.close()
            throw error
        }
    }

    /// Makes room for a session before it is there.
    func reserve() { sessions += 1 }

    /// Takes that back, when the session is gone.
    func unreserve() { sessions -= 1 }

    private func link(of session: SessionHandle) -> ClientLink? {
        session.attachment.map { Unmanaged<ClientLink>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension ClientContext: CoAPClientContextDelegate {
    func received(response: InboundMessage, on session: SessionHandle) -> Bool {
        // Acknowledgements that match nothing are ignored, not refused (RFC 7252 §4.2).
        link(of: session)?.received(response) ?? false || response.type == .acknowledgement
    }

    func failed(messageID: UInt16, token: Token, reason: DeliveryFailure, on session: SessionHandle) {
        link(of: session)?.failed(messageID: messageID, token: token, reason: reason)
    }

    func event(_ event: SessionEvent, on session: SessionHandle, of context: CoAPContext) {
        link(of: session)?.event(event)
    }

    func alert(_ alert: DTLSAlert, on session: SessionHandle?) {
        session.flatMap { link(of: $0) }?.alert(alert)
    }

    func refused(_ reason: MessageRefusal) {}

    func refused(_ certificate: CertificateIdentity, depth: Int, on session: SessionHandle) {
        link(of: session)?.refused(certificate, depth: depth)
    }

    func clientKey(for session: SessionHandle) -> PreSharedKey? { link(of: session)?.key }

    func screen(_ message: InboundMessage, on session: SessionHandle) -> Screening {
        link(of: session)?.judge(message) ?? .take
    }
}
