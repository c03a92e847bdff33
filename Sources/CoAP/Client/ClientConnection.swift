// SPDX-License-Identifier: Apache-2.0

import Logging

/// A client's way to one server: opened, lost and opened again beneath one ``ClientSession``. Confined to the client's loop.
final class ClientConnection: @unchecked Sendable {
    // Sendable: everything that changes is confined to the client's loop, which every entry checks.
    typealias Completion<Value> = (Result<Value, CoAPError>) -> Void

    private enum State {
        case disconnected
        case connecting
        case established
        case closed(CoAPError)
    }

    let security: ClientSecurity
    private let core: ClientCore
    private let uri: CoAPURI
    private let addresses: [SocketAddress]
    private let configuration: ClientConfiguration
    private let logger: Logger

    private var state = State.disconnected
    private var handle: SessionHandle?
    private var context: CoAPContext?
    private var waiters: [Completion<Void>] = []
    private var pending: [Token: PendingRequest] = [:]
    private var pings:
        [UInt16: (started: MonotonicTime, timer: TimerQueue<() -> Void>.ID, done: Completion<Duration>)] = [:]

    // One attempt to connect
    private var attempt = 0
    private var deadline = MonotonicTime.now
    private var attemptStarted = MonotonicTime.now
    private var attemptTimer: TimerQueue<() -> Void>.ID?
    private var failure: HandshakeFailure
    /// True once the server at this address has sent anything.
    private var hasHeard: Bool { lastHeard != nil }
    private var lastHeard: MonotonicTime?
    /// True when a request over DTLS ended without a sign of the server: it may have lost the session in a restart, and
    /// would never say so.
    private var isSilent = false

    private(set) var info = ConnectionInfo()

    init(
        core: ClientCore, uri: CoAPURI, addresses: [SocketAddress], security: ClientSecurity,
        configuration: ClientConfiguration, logger: Logger
    ) {
        self.core = core
        self.uri = uri
        self.addresses = addresses
        self.security = security
        self.configuration = configuration
        self.logger = logger
        failure = HandshakeFailure(server: uri.authority, host: uri.host)
    }

    // MARK: Connecting

    func open(lookUp: Duration, _ completion: @escaping Completion<Void>) {
        core.loop.preconditionOnLoop()
        info.lookUpDuration = lookUp
        connect(completion)
    }

    /// Calls back when messages can be sent; connects when there is no connection.
    private func connect(_ completion: @escaping Completion<Void>) {
        switch state {
        case .established: completion(.success(()))
        case .closed(let error): completion(.failure(error))
        case .connecting: waiters.append(completion)
        case .disconnected:
            waiters.append(completion)
            state = .connecting
            attempt = 0
            deadline = .now + configuration.handshakeTimeout
            startAttempt()
        }
    }

    private func startAttempt() {
        attemptStarted = .now
        lastHeard = nil
        isSilent = false
        failure = HandshakeFailure(server: uri.authority, host: uri.host)
        let parameters: DTLSClientParameters?
        switch security {
        case .plain: parameters = nil
        case .preSharedKey(let key):
            parameters = .preSharedKey
            failure.keyIdentity = key.identity
        case .certificate(let own, let anchors):
            parameters = .certificate(own, anchors, host: uri.host, hostIsAddress: uri.hostIsAddress)
            failure.hasCertificate = own != nil
        }
        do throws(CoAPError) {
            let context = try core.context(isSecure: parameters != nil)
            let handle = try context.connect(to: addresses[attempt], dtls: parameters)
            self.context = context
            self.handle = handle
            handle.attachment = Unmanaged.passUnretained(self).toOpaque()
            handle.allowOutstanding(configuration.transmission.maximumOutstanding)
            handle.setTransmission(configuration.transmission)
            context.settle()
            // Over UDP there is nothing to connect. With several addresses a ping tells which one answers.
            if parameters == nil {
                if addresses.count == 1 { return established() }
                _ = try context.calling { handle.sendPing() }
            }
            // An address that stays silent leaves time for the next one.
            let share = (deadline - .now).inSeconds / Double(addresses.count - attempt)
            attemptTimer = core.loop.schedule(after: .seconds(max(0, share))) { [weak self] in
                self?.attemptTimer = nil
                self?.attemptTimedOut()
            }
        } catch {
            attemptFailed(error)
        }
    }

    private func attemptTimedOut() {
        failure.waited = .now - attemptStarted
        failure.progress = handle?.connection?.progress ?? .silence
        attemptFailed(failure.error)
    }

    private func attemptFailed(_ error: CoAPError) {
        drop()
        let mayTryNext = error.code == .unreachable || error.code == .timeout
        if mayTryNext, attempt + 1 < addresses.count {
            attempt += 1
            return startAttempt()
        }
        logger.debug("session failed", metadata: [LogKey.error: "\(error)"])
        state = .disconnected
        finishWaiters(.failure(error))
    }

    private func established() {
        if let timer = attemptTimer { core.loop.cancel(timer) }
        attemptTimer = nil
        state = .established
        info.remoteAddress = handle?.remoteAddress
        info.localAddress = handle?.localAddress
        if let connection = handle?.connection {
            info.version = connection.version
            info.cipherSuite = connection.standardCipher
            info.handshakeDuration = .now - attemptStarted
            if let certificate = connection.peerCertificate {
                info.serverIdentity = .certificate(certificate.identity)
            } else if case .preSharedKey(let key) = security {
                info.serverIdentity = .preSharedKey(key.identity)
            }
        }
        logger.debug(
            "session established",
            metadata: [
                LogKey.peerAddress: "\(info.remoteAddress?.description ?? "")",
                LogKey.cipher: "\(info.cipherSuite ?? "none")",
            ])
        finishWaiters(.success(()))
    }

    private func finishWaiters(_ result: Result<Void, CoAPError>) {
        let waiting = waiters
        waiters.removeAll()
        for completion in waiting { completion(result) }
    }

    /// Lets go of libcoap's session; what it still reports is not heard any more.
    private func drop() {
        if let timer = attemptTimer { core.loop.cancel(timer) }
        attemptTimer = nil
        guard let handle, let context else { return }
        self.handle = nil
        handle.attachment = nil
        context.afterDispatch {
            handle.disconnect()
            handle.release()
            context.settle()
        }
    }

    /// The connection is gone: whatever waits fails, and the next request connects anew.
    private func lost(_ error: CoAPError) {
        if case .closed = state { return }
        drop()
        state = .disconnected
        failPending(error)
    }

    private func failPending(_ error: CoAPError) {
        let requests = pending.values
        pending.removeAll()
        for request in requests { finish(request, .failure(error)) }
        let waiting = pings.values
        pings.removeAll()
        for ping in waiting {
            core.loop.cancel(ping.timer)
            ping.done(.failure(error))
        }
    }

    func close(_ error: CoAPError) {
        core.loop.preconditionOnLoop()
        if case .closed = state { return }
        drop()
        state = .closed(error)
        failPending(error)
        finishWaiters(.failure(error))
    }

    // MARK: Requests

    func send(_ request: PendingRequest, _ completion: @escaping Completion<Response>) {
        core.loop.preconditionOnLoop()
        request.completion = completion
        guard !request.isCancelled else { return finish(request, .failure(Self.cancelled)) }
        guard pending.count < configuration.maximumPendingRequests else {
            let limit = configuration.maximumPendingRequests
            return finish(
                request,
                .failure(
                    CoAPError(
                        .limitReached,
                        "\(limit) requests wait for a response already; wait for some, or raise maximumPendingRequests")
                ))
        }
        renewIfSilent()
        pending[request.token] = request
        request.timer = core.loop.schedule(after: request.timeout) { [weak self] in
            request.timer = nil
            self?.timedOut(request)
        }
        if case .established = state { return transmit(request) }
        connect { [weak self] result in
            switch result {
            case .success: self?.transmit(request)
            case .failure(let error): self?.complete(request, .failure(error))
            }
        }
    }

    private func transmit(_ request: PendingRequest) {
        guard request.completion != nil else { return }
        guard let handle, let context, handle.isEstablished else {
            return complete(request, .failure(CoAPError(.closed, "the connection to \(uri.authority) was lost")))
        }
        request.sent = .now
        do throws(CoAPError) {
            request.messageID = try context.calling { () throws(CoAPError) in
                try handle.send(
                    request.isConfirmable ? .confirmable : .nonConfirmable, request.request.method.code,
                    token: request.token, options: request.request.options, payload: request.request.payload)
            }
            if request.messageID == nil, request.completion != nil {
                complete(request, .failure(unreachable))
            }
        } catch {
            complete(request, .failure(error))
        }
    }

    func cancel(_ request: PendingRequest) {
        core.loop.preconditionOnLoop()
        request.isCancelled = true
        complete(request, .failure(Self.cancelled))
    }

    private static let cancelled = CoAPError(.cancelled, "the task was cancelled before the response came")

    private func timedOut(_ request: PendingRequest) {
        let time = HandshakeFailure.seconds(request.timeout)
        let advice =
            hasHeard
            ? "the server is there but slow; wait longer, or see its log"
            : "check host and port, and that a firewall lets UDP pass"
        notHeard(since: request.sent)
        let what = request.messageID == nil ? "no session" : "no response"
        complete(
            request, .failure(CoAPError(.timeout, "\(what) from \(uri.authority) within \(time) s: \(advice)")))
    }

    private func complete(_ request: PendingRequest, _ result: Result<Response, CoAPError>) {
        guard pending.removeValue(forKey: request.token) != nil else { return }
        finish(request, result)
    }

    private func finish(_ request: PendingRequest, _ result: Result<Response, CoAPError>) {
        if let timer = request.timer { core.loop.cancel(timer) }
        request.timer = nil
        let completion = request.completion
        request.completion = nil
        completion?(result)
    }

    func ping(timeout: Duration, _ completion: @escaping Completion<Duration>) {
        core.loop.preconditionOnLoop()
        renewIfSilent()
        connect { [weak self] result in
            guard let self else { return }
            if case .failure(let error) = result { return completion(.failure(error)) }
            let started = MonotonicTime.now
            guard let handle = self.handle, let context = self.context,
                let messageID = try? context.calling({ () throws(CoAPError) in handle.sendPing() })
            else { return completion(.failure(self.unreachable)) }
            let timer = self.core.loop.schedule(after: timeout) { [weak self] in
                guard let self, self.pings.removeValue(forKey: messageID) != nil else { return }
                self.notHeard(since: started)
                let time = HandshakeFailure.seconds(timeout)
                completion(.failure(CoAPError(.timeout, "no answer from \(self.uri.authority) within \(time) s")))
            }
            self.pings[messageID] = (started, timer, completion)
        }
    }

    // MARK: What libcoap reports

    private func heard() {
        lastHeard = .now
        isSilent = false
    }

    /// Nothing came after this was sent. Others may still wait for their responses, so the session stays until the next
    /// request that finds it unused.
    private func notHeard(since sent: MonotonicTime?) {
        guard let sent, handle?.isDTLS == true, lastHeard.map({ $0 < sent }) != false else { return }
        isSilent = true
    }

    /// Gives up a session that fell silent, so that what comes next makes a new one.
    private func renewIfSilent() {
        guard case .established = state, isSilent, pending.isEmpty, pings.isEmpty else { return }
        logger.debug("session fell silent, connecting anew")
        drop()
        state = .disconnected
    }

    func received(_ message: InboundMessage) -> Bool {
        heard()
        guard let request = pending[message.token] else { return false }
        complete(
            request,
            .success(Response(message.code, options: message.options(), payload: message.payload())))
        return true
    }

    func acknowledged(messageID: UInt16) { heard() }

    func failed(messageID: UInt16, token: Token, reason: DeliveryFailure) {
        switch reason {
        case .reset:
            heard()
            if let ping = pings.removeValue(forKey: messageID) {
                core.loop.cancel(ping.timer)
                ping.done(.success(.now - ping.started))
            } else if let request = pending[token], token.count > 0 {
                complete(
                    request,
                    .failure(
                        CoAPError(
                            .protocolError,
                            "\(uri.authority) refused the message with a reset: it does not understand it, or it is too "
                                + "large for it")))
            } else if case .connecting = state {
                established()
            }
        case .unreachable:
            // libcoap would go on trying; once the server was heard, so do we.
            guard !hasHeard else { return }
            if case .connecting = state { return attemptFailed(unreachable) }
            lost(unreachable)
        case .tooManyRetries:
            guard let request = pending[token], token.count > 0 else { return }
            notHeard(since: request.sent)
            complete(
                request,
                .failure(
                    CoAPError(
                        .timeout,
                        "\(uri.authority) did not acknowledge the request, however often it was repeated")))
        case .notDeliverable, .dtlsFailed: break
        }
    }

    private var unreachable: CoAPError {
        let address = attempt < addresses.count ? " (\(addresses[attempt]))" : ""
        return CoAPError(
            .unreachable,
            "nobody listens at \(uri.authority)\(address): check the port, and that the server is running")
    }

    func event(_ event: SessionEvent) {
        switch event {
        case .connected:
            heard()
            // libcoap reports this before it holds the session for established, and sends nothing until then.
            let connected = handle
            context?.afterDispatch { [weak self] in
                guard let self, self.handle == connected, case .connecting = self.state else { return }
                self.established()
            }
        case .failed:
            guard let connection = handle?.connection else { return }
            failure.progress = connection.progress
            failure.verification = connection.verificationResult
            failure.verificationText = DTLSConnection.verificationText(connection.verificationResult)
        case .closed:
            switch state {
            case .connecting:
                // One of the sides refused, or else the network said that nobody is there.
                let isRefused = failure.alert != nil || failure.verification != 0
                attemptFailed(isRefused ? failure.error : unreachable)
            case .established:
                lastHeard = nil
                lost(CoAPError(.closed, "\(uri.authority) closed the session; the next request makes a new one"))
            case .disconnected, .closed: break
            }
        case .deleted: break
        }
    }

    func alert(_ alert: DTLSAlert) { if failure.alert == nil { failure.alert = alert } }

    func refused(_ certificate: CertificateIdentity) { failure.certificate = certificate }
}
