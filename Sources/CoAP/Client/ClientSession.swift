// SPDX-License-Identifier: Apache-2.0

import Logging

/// A client's session with one server; ``CoAPClient/withSession(to:security:configuration:logger:isolation:_:)-(String,_,_,_,_,_)``
/// opens one.
///
/// All methods may be called from any task, and at once. Responses of class 4 and 5 are returned like any other; only what
/// keeps a response from coming is thrown.
public final class ClientSession: Sendable {
    /// The server's URI, as the session was asked for.
    public let uri: CoAPURI

    private let core: ClientCore
    private let connection: ClientConnection
    private let configuration: ClientConfiguration

    private init(
        uri: CoAPURI, core: ClientCore, connection: ClientConnection, configuration: ClientConfiguration
    ) {
        self.uri = uri
        self.core = core
        self.connection = connection
        self.configuration = configuration
    }

    // MARK: Requests

    /// Reads a resource.
    ///
    /// - Parameters:
    ///   - path: path and query as in a URI, `sensors/kitchen?unit=K`.
    ///   - accept: the one format to answer in; nil leaves it to the server.
    ///   - confirmable: false sends the request once and repeats nothing.
    ///   - timeout: how long to wait for the response; nil takes ``ClientConfiguration/requestTimeout``.
    /// - Throws: `CoAPError`: `timeout`, `unreachable`, `handshakeFailed`, `tooLarge`, `cancelled` and what else
    ///   ``request(_:confirmable:timeout:)`` throws.
    public func get(
        _ path: String, accept: ContentFormat? = nil, confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(.get, path, accept: accept), confirmable: confirmable, timeout: timeout)
    }

    /// Replaces a resource; parameters and errors as in ``get(_:accept:confirmable:timeout:)``.
    public func put(
        _ path: String, _ payload: [UInt8], contentFormat: ContentFormat? = nil, confirmable: Bool = true,
        timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(.put, path, contentFormat: contentFormat, payload: payload), confirmable: confirmable,
            timeout: timeout)
    }

    /// Replaces a resource by text; parameters and errors as in ``get(_:accept:confirmable:timeout:)``.
    public func put(
        _ path: String, text: String, confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await put(path, Array(text.utf8), contentFormat: .text, confirmable: confirmable, timeout: timeout)
    }

    /// Has a resource process a body; parameters and errors as in ``get(_:accept:confirmable:timeout:)``.
    public func post(
        _ path: String, _ payload: [UInt8] = [], contentFormat: ContentFormat? = nil, accept: ContentFormat? = nil,
        confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(.post, path, accept: accept, contentFormat: contentFormat, payload: payload),
            confirmable: confirmable, timeout: timeout)
    }

    /// Removes a resource; parameters and errors as in ``get(_:accept:confirmable:timeout:)``.
    public func delete(
        _ path: String, confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(try Request(.delete, path), confirmable: confirmable, timeout: timeout)
    }

    /// Reads the part of a resource that the body describes (RFC 8132); parameters and errors as in
    /// ``get(_:accept:confirmable:timeout:)``.
    public func fetch(
        _ path: String, _ payload: [UInt8], contentFormat: ContentFormat, accept: ContentFormat? = nil,
        confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(.fetch, path, accept: accept, contentFormat: contentFormat, payload: payload),
            confirmable: confirmable, timeout: timeout)
    }

    /// Changes a part of a resource (RFC 8132); parameters and errors as in ``get(_:accept:confirmable:timeout:)``.
    public func patch(
        _ path: String, _ payload: [UInt8], contentFormat: ContentFormat, confirmable: Bool = true,
        timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(.patch, path, contentFormat: contentFormat, payload: payload), confirmable: confirmable,
            timeout: timeout)
    }

    /// Changes a part of a resource, idempotently (RFC 8132); parameters and errors as in
    /// ``get(_:accept:confirmable:timeout:)``.
    public func iPatch(
        _ path: String, _ payload: [UInt8], contentFormat: ContentFormat, confirmable: Bool = true,
        timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        try await request(
            try Request(.iPatch, path, contentFormat: contentFormat, payload: payload), confirmable: confirmable,
            timeout: timeout)
    }

    /// Makes a request and waits for its response.
    ///
    /// Uri-Host is added where the URI names a host (RFC 7252 §6.4). Cancelling the task gives up the wait.
    ///
    /// - Parameters:
    ///   - request: what to ask.
    ///   - confirmable: false sends the request once and repeats nothing.
    ///   - timeout: how long to wait for the response; nil takes ``ClientConfiguration/requestTimeout``.
    /// - Throws: `CoAPError`: `timeout` without a response, `unreachable` when nobody listens, `handshakeFailed` when a
    ///   lost connection could not be made anew, `protocolError` when the server refuses the message with a reset,
    ///   `tooLarge` when the request does not fit one message, `limitReached` when too many wait already, `closed` when
    ///   the session ends, `cancelled` when the task is.
    public func request(
        _ request: Request, confirmable: Bool = true, timeout: Duration? = nil
    ) async throws(CoAPError) -> Response {
        var request = request
        if !uri.hostIsAddress, !request.options.contains(.uriHost) { request.options.uriHost = uri.host }
        let outgoing = PendingRequest(
            request, confirmable: confirmable, timeout: timeout ?? configuration.requestTimeout)
        let connection = connection
        let loop = core.loop
        let result: Result<Response, CoAPError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if loop.isOnLoop {
                    connection.send(outgoing) { continuation.resume(returning: $0) }
                } else {
                    loop.submit { connection.send(outgoing) { continuation.resume(returning: $0) } }
                }
            }
        } onCancel: {
            loop.submit { connection.cancel(outgoing) }
        }
        return try result.get()
    }

    /// Asks whether the server is there, by an empty message that every CoAP endpoint refuses (RFC 7252 §4.3).
    ///
    /// - Returns: how long the refusal took to come.
    /// - Throws: `CoAPError`: `timeout`, `unreachable`, `closed`.
    public func ping(timeout: Duration? = nil) async throws(CoAPError) -> Duration {
        let connection = connection
        let loop = core.loop
        let timeout = timeout ?? configuration.requestTimeout
        let result: Result<Duration, CoAPError> = await withCheckedContinuation { continuation in
            loop.submit { connection.ping(timeout: timeout) { continuation.resume(returning: $0) } }
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

    /// The loop the session lives on; tasks that prefer it make requests without changing threads.
    package var executor: any TaskExecutor { core.loop }

    // MARK: Life

    static func open(
        _ uri: CoAPURI, security: ClientSecurity, configuration: ClientConfiguration, logger: Logger
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
        let core = try ClientCore.shared()
        let started = MonotonicTime.now
        let addresses = try await Resolver.addresses(
            of: uri.host, port: uri.port, deadline: configuration.handshakeTimeout)
        let connection = ClientConnection(
            core: core, uri: uri, addresses: addresses, security: security, configuration: configuration,
            logger: logger)
        let session = ClientSession(uri: uri, core: core, connection: connection, configuration: configuration)
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

    func close() async {
        let connection = connection
        await core.loop.run { connection.close(CoAPError(.closed, "the session was closed")) }
    }
}
