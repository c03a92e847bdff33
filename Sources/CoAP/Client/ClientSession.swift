// SPDX-License-Identifier: Apache-2.0

package import Logging

/// A client's session with one server; ``CoAPClient/withSession(to:security:configuration:logger:isolation:_:)-(String,_,_,_,_,_)``
/// opens one.
///
/// All methods may be called from any task, and at once. Responses of class 4 and 5 are returned like any other, until
/// `Response/requireSuccess()` or `Response/decode(_:)` is asked of them; only what keeps a response from coming is thrown.
public final class ClientSession: Sendable {
    /// The server's URI, as the session was asked for.
    public let uri: CoAPURI

    let core: ClientCore
    let connection: ClientConnection
    let configuration: ClientConfiguration

    /// True when the host is a name, which requests say again.
    private let namesHost: Bool

    private init(
        target: ClientTarget, core: ClientCore, connection: ClientConnection, configuration: ClientConfiguration
    ) {
        uri = target.uri
        namesHost = if case .name = target.name { true } else { false }
        self.core = core
        self.connection = connection
        self.configuration = configuration
    }

    /// Makes a request and waits for its response.
    ///
    /// Uri-Host is added where the URI names a host (RFC 7252 §6.4). Cancelling the task gives up the wait; whether the server
    /// carries the request out all the same is not known then. That is so after `timeout`, `closed` and `protocolError`, too,
    /// unless the message says that it was not sent.
    ///
    /// When a server loses its sessions, as in a restart, a new one is made as soon as it has been silent for three times
    /// ``TransmissionParameters/ackTimeout``, and idempotent requests without conditions or an acknowledgement are sent again on it.
    ///
    /// Bodies of any size pass, in blocks where they do not fit one message (RFC 7959): the timeout is that of each block
    /// then. A resource that changes while it is read is read anew, up to three times. Who puts Block1 or Block2 among the
    /// options deals with blocks alone, and gets each response as it comes. A server's demand to prove that a request is
    /// fresh is met by repeating it (Echo, RFC 9175 §2.3).
    ///
    /// With `.digest(_:)` among its options a request's body goes with a digest of it (docs/digest.md), and the response's is
    /// compared with its own, which the responses to GET and FETCH must have. A server that does not know the option takes no
    /// notice of it.
    ///
    /// - Parameters:
    ///   - request: what to ask.
    ///   - confirmable: false sends the request once and repeats nothing. Then neither a server's reset nor the network's word
    ///     that nobody listens is heard of: what goes wrong ends in `timeout`.
    ///   - timeout: how long to wait for the response; nil takes ``ClientConfiguration/requestTimeout``.
    /// - Throws: `CoAPError`: `timeout` without a response, `unreachable` when nobody listens, `handshakeFailed` when a
    ///   lost connection could not be made anew, `protocolError` when the server refuses the message with a reset,
    ///   or breaks the protocol, `tooLarge` when the request's options do not fit a message or the response's body is over
    ///   ``ClientConfiguration/maximumBodySize``, `digestMismatch` and `digestMissing` when the response's body is not the one that
    ///   was sent or nothing vouches for it, `invalidArgument` for a digest whose key is missing or that Block1 or Block2 stands beside,
    ///   `limitReached` when too many wait already, `closed` when the session ends,
    ///   `cancelled` when the task is.
    public func request(
        _ request: Request, confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await run(try transfer(request, confirmable: confirmable, timeout: timeout))
    }

    /// Makes a request, as ``request(_:confirmable:timeout:)`` does, and tells how far its bodies are.
    ///
    /// `progress` is called on the session's own thread with each block that arrives, the request's first; it must be short.
    public func request(
        _ request: Request, confirmable: Bool = true, timeout: Duration? = nil,
        progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(CoAPError) -> Response {
        let transfer = try transfer(request, confirmable: confirmable, timeout: timeout)
        transfer.progress = progress
        return try await run(transfer)
    }

    /// A request and its response in as many messages as they need.
    func transfer(
        _ request: Request, confirmable: Bool = true, timeout: Duration? = nil
    ) throws(CoAPError) -> ClientTransfer {
        ClientTransfer(try signed(asSent(request)), on: connection, confirmable: confirmable, timeout: timeout)
    }

    /// Waits for the end of a transfer; with a response whose first block is there, for the rest of it.
    func run(_ transfer: ClientTransfer, behind first: Response? = nil) async throws(CoAPError) -> Response {
        let loop = core.loop
        let result: Result<Response, CoAPError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let start: @Sendable () -> Void = {
                    if let first {
                        transfer.start(behind: first) { continuation.resume(returning: $0) }
                    } else {
                        transfer.start { continuation.resume(returning: $0) }
                    }
                }
                if loop.isOnLoop { start() } else { loop.submit(start) }
            }
        } onCancel: {
            loop.submit { transfer.cancel() }
        }
        return try result.get()
    }

    /// The request as it goes out: with Uri-Host where the URI names a host.
    package func asSent(_ request: Request) -> Request {
        guard namesHost, !request.options.contains(.uriHost) else { return request }
        var request = request
        request.options.uriHost = uri.host
        return request
    }

    /// Asks whether the server is there, by an empty message that every CoAP endpoint refuses (RFC 7252 §4.3).
    ///
    /// - Parameter timeout: how long to wait, a new connection included; nil takes ``ClientConfiguration/requestTimeout``.
    /// - Returns: how long the refusal took to come.
    /// - Throws: `CoAPError`: `timeout`, `unreachable`, `handshakeFailed`, `limitReached`, `closed`, `cancelled`.
    public func ping(timeout: Duration? = nil) async throws(CoAPError) -> Duration {
        let connection = connection
        let loop = core.loop
        let ping = PendingPing(timeout: timeout ?? configuration.requestTimeout)
        let result: Result<Duration, CoAPError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.submit { connection.ping(ping) { continuation.resume(returning: $0) } }
            }
        } onCancel: {
            loop.submit { connection.cancel(ping) }
        }
        return try result.get()
    }

    /// What is known of the present connection: address, cipher, the server's certificate.
    public var connectionInfo: ConnectionInfo {
        get async {
            let connection = connection
            return await core.loop.run { connection.info }
        }
    }

    /// What went over the network so far, for all connections of the session: handshakes, repetitions and the farewell, too. Still there
    /// when the session has ended.
    public var traffic: TrafficCounts {
        get async {
            let connection = connection
            return await core.loop.run { connection.meter.counts }
        }
    }

    /// The loop the session lives on; tasks that prefer it make requests without changing threads.
    package var executor: any TaskExecutor { core.loop }

    // MARK: Life

    /// Opens a session that its caller closes; see ``CoAPClient``.
    ///
    /// - Parameter given: where the server is reached, such as a relay before it; nil looks the host up. The certificate must be for the
    ///   URI's host all the same.
    package static func open(
        _ uri: CoAPURI, at given: SocketAddress? = nil, security: ClientSecurity, configuration: ClientConfiguration,
        logger: Logger
    ) async throws(CoAPError) -> ClientSession {
        switch (uri.scheme, security) {
        case (.coap, .plain), (.coaps, .preSharedKey), (.coaps, .certificate): break
        case (.coap, _):
            throw CoAPError(
                .invalidArgument,
                "\(uri.authority) is plain CoAP and would not use the credentials; write coaps://, or leave them out if "
                    + "everybody may read along")
        case (.coaps, .plain):
            throw CoAPError(
                .invalidCredentials,
                "\(uri.authority) needs a pre-shared key or certificates; give one, or write coap:// if plain CoAP is meant"
            )
        }
        guard uri.port != 0 else {
            throw CoAPError(.invalidURI, "port 0 cannot be connected to; write the server's port")
        }
        try configuration.validate()
        let name = try ServerName(host: uri.host)
        let core = try ClientCore.shared()
        let started = MonotonicTime.now
        let addresses =
            if let given {
                [given]
            } else {
                try await Resolver.addresses(of: uri.host, port: uri.port, deadline: configuration.handshakeTimeout)
            }
        let target = ClientTarget(
            uri: uri, name: name, addresses: addresses, security: security, capture: configuration.capture)
        let connection = ClientConnection(core: core, target: target, configuration: configuration, logger: logger)
        let session = ClientSession(target: target, core: core, connection: connection, configuration: configuration)
        let lookUp = MonotonicTime.now - started
        let result: Result<Void, CoAPError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                core.loop.submit { connection.open(lookUp: lookUp) { continuation.resume(returning: $0) } }
            }
        } onCancel: {
            core.loop.submit {
                connection.close(CoAPError(.cancelled, "the task was cancelled before the session was open"))
            }
        }
        do {
            try result.get()
        } catch {
            await session.close()
            throw error
        }
        return session
    }

    /// Ends the session and everything under way on it.
    ///
    /// - Parameter farewell: false tells the server nothing, as when a device loses its power.
    package func close(farewell: Bool = true) async {
        let connection = connection
        await core.loop.run { connection.close(CoAPError(.closed, "the session was closed"), farewell: farewell) }
    }
}
