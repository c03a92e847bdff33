// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One libcoap session of a client with one address: from its handshake to its end. Confined to the client's loop.
final class ClientLink {
    private enum State {
        case connecting
        case established
        case ended
    }

    let address: SocketAddress
    let handle: SessionHandle
    let started = MonotonicTime.now
    /// Whether the server is heard here.
    var liveness: Liveness
    /// How many requests and pings are under way that somebody waits for.
    var users = 0
    /// When the network said last that nobody listens, and what ``Liveness/mark`` was then; nil when it never did.
    private var refusal: (at: MonotonicTime, mark: Int)?

    private(set) weak var owner: ClientConnection?
    private let pool: ContextPool
    private let holder: ClientContext
    private let meter: TrafficMeter
    private let socket: Int32
    private let transmission: TransmissionParameters
    private var state = State.connecting
    private var failure: HandshakeFailure

    // Judging what comes: `ClientLink+Arrivals.swift`.
    var dealt = DealtMessages()
    var screen = MessageScreen()
    /// What libcoap was shown under another id, and hands over next.
    var arrival: Arrival?

    var context: CoAPContext { holder.context }

    /// The key to use; nil with certificates.
    let key: PreSharedKey?

    let isDTLS: Bool

    var isEstablished: Bool { state == .established && handle.isEstablished }

    /// Opens the session; over DTLS the handshake starts at once.
    ///
    /// - Throws: `CoAPError` with code `unreachable` when there is no way to the address.
    init(
        to address: SocketAddress, owner: ClientConnection, pool: ContextPool, dtls: DTLSClientParameters?,
        key: PreSharedKey?, failure: HandshakeFailure, transmission: TransmissionParameters, keyLog: KeyLog? = nil
    ) throws(CoAPError) {
        let holder = try pool.take()
        do throws(CoAPError) {
            (handle, socket) = try owner.meter.counting { () throws(CoAPError) in
                try holder.context.connect(to: address, dtls: dtls, keyLog: keyLog)
            }
        } catch {
            pool.giveBack(holder)
            throw error
        }
        self.address = address
        isDTLS = dtls != nil
        self.owner = owner
        self.pool = pool
        self.holder = holder
        meter = owner.meter
        self.key = key
        self.failure = failure
        self.transmission = transmission
        liveness = Liveness(ackTimeout: transmission.ackTimeout)
        handle.attachment = Unmanaged.passUnretained(self).toOpaque()
        // The send window counts, so that nothing waits inside libcoap, where it could not be taken back.
        handle.allowOutstanding(255)
        if handle.isDTLS { handle.repeatHandshakeForever() } else { handle.setTransmission(transmission) }
        context.settle()
    }

    // MARK: Sending

    /// Takes the session for established where there is no handshake to wait for.
    func establish() {
        guard state == .connecting else { return }
        state = .established
        if handle.isDTLS {
            handle.setTransmission(transmission)
            meter.handshakes += 1
        }
        owner?.established(self)
    }

    /// Sends a request or, without one, a ping.
    ///
    /// - Returns: its message id.
    /// - Throws: `CoAPError`: `tooLarge`; `closed` when the connection was lost; `unreachable` when the system does not send.
    func send(_ request: PendingRequest?, at now: MonotonicTime) throws(CoAPError) -> UInt16 {
        var (sent, number) = try attempt(request)
        if sent == nil, number == ECONNREFUSED {
            // The network's answer to a message before this one, which was not sent for that.
            noteRefusal()
            (sent, number) = try attempt(request)
        }
        if let sent {
            // A ping is repeated, too.
            let isRepeated = request?.isConfirmable ?? true
            screen.sent(sent, repeated: isRepeated ? request?.token ?? .empty : nil)
            if let request { dealt.forget(request.token, at: now) }
            liveness.sent(at: now)
            return sent
        }
        switch number {
        case ECONNREFUSED: throw unreachable
        case 0:
            throw CoAPError(
                .closed, "the connection to \(failure.server) was lost before the request was sent; try again")
        default:
            throw CoAPError(
                .unreachable,
                "the system does not send to \(failure.server) (\(address)): see its routes and firewall, and try again",
                cause: String(cString: strerror(number)))
        }
    }

    /// The message id, or nil and what the system said.
    private func attempt(_ request: PendingRequest?) throws(CoAPError) -> (UInt16?, Int32) {
        guard isEstablished || (state == .connecting && !isDTLS) else { return (nil, 0) }
        return try context.calling { () throws(CoAPError) -> (UInt16?, Int32) in
            errno = 0
            guard let request else { return (handle.sendPing(), errno) }
            let sent = try handle.send(
                request.isConfirmable ? .confirmable : .nonConfirmable, request.request.method.code,
                token: request.token, options: request.request.options, payload: request.request.payload)
            return (sent, errno)
        }
    }

    /// Nobody waits for the answer to a message any more.
    func settled(_ messageID: UInt16) { screen.settled(messageID) }

    // MARK: Ending

    /// Lets go of libcoap's session; what it still reports is not heard any more.
    ///
    /// - Parameter farewell: false tells the server nothing.
    func end(farewell: Bool = true) {
        guard state != .ended else { return }
        state = .ended
        handle.attachment = nil
        context.afterDispatch { [handle, holder, pool, meter, socket] in
            if !farewell { handle.connection?.forgoFarewell() }
            handle.disconnect()
            handle.release()
            meter.forget(socket)
            holder.context.settle()
            pool.giveBack(holder)
        }
    }

    /// Ends it and tells why, once libcoap is through with it: what comes next may start a new session.
    private func fail(_ error: CoAPError) {
        guard state != .ended else { return }
        let wasEstablished = state == .established
        end()
        context.afterDispatch { [weak owner] in
            if wasEstablished { owner?.lost(self, error) } else { owner?.failed(self, error) }
        }
    }

    /// Why the handshake is given up now.
    func handshakeError(waited: Duration, addresses: [SocketAddress]) -> CoAPError {
        failure.waited = waited
        failure.addresses = addresses.map(\.host)
        note()
        return failure.error
    }

    private func note() {
        guard let connection = handle.connection else { return }
        failure.progress = connection.progress
        failure.hasServerHello = connection.hasServerHello
        failure.heardPlainCoAP = connection.heardPlainCoAP
        failure.verification = connection.verificationResult
        failure.verificationText = DTLSConnection.verificationText(connection.verificationResult)
    }

    private func noteRefusal() { refusal = (.now, liveness.mark) }

    /// True when the network said after this moment that nobody listens, and nobody was heard after that.
    func wasRefused(since moment: MonotonicTime) -> Bool {
        refusal.map { moment <= $0.at && $0.mark == liveness.mark } ?? false
    }

    private var unreachable: CoAPError {
        CoAPError(
            .unreachable,
            "nobody listens at \(failure.server) (\(address)): check the port, and that the server is running")
    }

    // MARK: What libcoap reports

    func failed(messageID: UInt16, token: Token, reason: DeliveryFailure) {
        if reason == .tooManyRetries || reason == .reset { screen.stopped(messageID) }
        switch reason {
        case .reset:
            // The answer to the ping that asks which address answers.
            if state == .connecting { return establish() }
            owner?.refused(messageID, token, on: self)
        case .unreachable:
            noteRefusal()
            // libcoap goes on trying; once the server was heard, so do we.
            if !liveness.wasHeard { fail(unreachable) }
        case .tooManyRetries: owner?.gaveUp(messageID, token, on: self)
        case .notDeliverable, .dtlsFailed: break
        }
    }

    func event(_ event: SessionEvent) {
        switch event {
        case .connected:
            liveness.heard()
            // libcoap reports this before it holds the session for established, and sends nothing until then.
            context.afterDispatch { [weak self] in self?.establish() }
        case .failed: note()
        case .closed:
            if state == .established {
                let what = failure.alert == nil ? "is gone" : "closed the session"
                fail(
                    CoAPError(
                        .closed,
                        "\(failure.server) \(what): whether it carried the request out is not known; the next request makes a "
                            + "new session"))
            } else {
                // One of the sides refused, or else the network said that nobody is there.
                fail(failure.isKnown ? failure.error : unreachable)
            }
        case .deleted: break
        }
    }

    func alert(_ alert: DTLSAlert) {
        guard failure.alert == nil else { return }
        failure.alert = alert
        note()
    }

    func refused(_ certificate: CertificateIdentity, depth: Int) {
        failure.certificate = certificate
        failure.verificationDepth = depth
    }
}
