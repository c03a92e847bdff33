// SPDX-License-Identifier: Apache-2.0

/// The loop that all client sessions of a process share, with one libcoap context for plain CoAP and one for DTLS.
final class ClientCore: @unchecked Sendable {
    // Sendable: everything that changes is confined to the loop.
    let loop: EventLoop
    private var plain: CoAPContext?
    private var secure: CoAPContext?

    private static let instance = Locked<ClientCore?>(nil)

    private init() throws(CoAPError) { loop = try EventLoop(name: "coap-client") }

    /// The one core, started with the first session.
    static func shared() throws(CoAPError) -> ClientCore {
        let result: Result<ClientCore, CoAPError> = instance.withLock { existing in
            if let existing { return .success(existing) }
            do throws(CoAPError) {
                let made = try ClientCore()
                existing = made
                return .success(made)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The context for sessions of one kind, made when first needed.
    func context(isSecure: Bool) throws(CoAPError) -> CoAPContext {
        loop.preconditionOnLoop()
        if let existing = isSecure ? secure : plain { return existing }
        let context = try CoAPContext(loop: loop)
        context.deliver(to: self)
        do throws(CoAPError) {
            if isSecure { try context.secureClient() }
            try context.start()
        } catch {
            context.close()
            throw error
        }
        if isSecure { secure = context } else { plain = context }
        return context
    }

    private func connection(of session: SessionHandle) -> ClientConnection? {
        session.attachment.map { Unmanaged<ClientConnection>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension ClientCore: CoAPClientContextDelegate {
    func received(response: InboundMessage, on session: SessionHandle) -> Bool {
        connection(of: session)?.received(response) ?? false
    }

    func acknowledged(messageID: UInt16, on session: SessionHandle) {
        connection(of: session)?.acknowledged(messageID: messageID)
    }

    func failed(messageID: UInt16, token: Token, reason: DeliveryFailure, on session: SessionHandle) {
        connection(of: session)?.failed(messageID: messageID, token: token, reason: reason)
    }

    func event(_ event: SessionEvent, on session: SessionHandle, of context: CoAPContext) {
        connection(of: session)?.event(event)
    }

    func alert(_ alert: DTLSAlert, on session: SessionHandle?) {
        session.flatMap { connection(of: $0) }?.alert(alert)
    }

    func refused(_ reason: MessageRefusal) {}

    func refused(_ certificate: CertificateIdentity, on session: SessionHandle) {
        connection(of: session)?.refused(certificate)
    }

    func clientKey(for session: SessionHandle) -> PreSharedKey? {
        guard case .preSharedKey(let key) = connection(of: session)?.security else { return nil }
        return key
    }
}
