// SPDX-License-Identifier: Apache-2.0

public import Logging

/// Asks servers for their resources over DTLS, or plain where the URI says `coap://` (RFC 7252).
///
/// ```swift
/// let security = try ClientSecurity.preSharedKey(identity: "thermostat-7", key: key)
/// try await CoAPClient.withSession(to: "coaps://device.example", security: security) { session in
///     let response = try await session.get("sensors/temperature")
///     print(response.code, response.text)
/// }
/// ```
public enum CoAPClient {
    /// Opens a session, runs the closure with it and closes it.
    ///
    /// Over DTLS the handshake is done before the closure runs. Should the connection be lost later, the next request makes
    /// a new one. Requests may be made from many tasks at once; the session ends with the scope.
    ///
    /// - Parameters:
    ///   - uri: the server, `coaps://host:port`; a path in it is ignored.
    ///   - security: keys or certificates; ``ClientSecurity/plain`` goes with `coap://` and nothing else does.
    ///   - configuration: deadlines and limits.
    ///   - logger: where the session logs, at level debug and below.
    ///   - isolation: the caller's actor, on which the closure runs; leave it out.
    ///   - body: uses the session.
    /// - Returns: what the closure returns.
    /// - Throws: `CoAPError` when there is no session to be had, and whatever the closure throws.
    public static func withSession<Result>(
        to uri: String, security: ClientSecurity, configuration: ClientConfiguration = ClientConfiguration(),
        logger: Logger = Logger.current, isolation: isolated (any Actor)? = #isolation,
        _ body: (ClientSession) async throws -> Result
    ) async throws -> Result {
        try await withSession(
            to: try CoAPURI(uri), security: security, configuration: configuration, logger: logger, body)
    }

    /// Opens a session to a URI that is parsed already; see ``withSession(to:security:configuration:logger:isolation:_:)-(String,_,_,_,_,_)``.
    public static func withSession<Result>(
        to uri: CoAPURI, security: ClientSecurity, configuration: ClientConfiguration = ClientConfiguration(),
        logger: Logger = Logger.current, isolation: isolated (any Actor)? = #isolation,
        _ body: (ClientSession) async throws -> Result
    ) async throws -> Result {
        let session = try await ClientSession.open(
            uri, security: security, configuration: configuration, logger: logger)
        do {
            let result = try await body(session)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }
}
