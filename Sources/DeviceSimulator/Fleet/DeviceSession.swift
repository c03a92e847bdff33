// SPDX-License-Identifier: Apache-2.0

import CoAP
import Logging

/// A device's session with its server.
protocol DeviceSession: Sendable {
    /// Makes a request and waits for the answer.
    ///
    /// - Throws: `CoAPError` when none comes.
    func request(_ request: Request, confirmable: Bool, timeout: Duration?) async throws(CoAPError) -> Response

    /// The port it comes from; nil where that is not known.
    var localPort: UInt16? { get async }

    /// What went over the network so far.
    var traffic: TrafficCounts { get async }

    /// Ends it.
    ///
    /// - Parameter farewell: false tells the server nothing.
    func close(farewell: Bool) async
}

extension ClientSession: DeviceSession {
    var localPort: UInt16? { get async { await connectionInfo.localAddress?.port } }
}

/// Opens sessions.
protocol DeviceConnector: Sendable {
    /// - Parameter address: where the server is reached; nil looks its host up.
    /// - Throws: `CoAPError` when there is no session to be had.
    func open(
        _ uri: CoAPURI, at address: SocketAddress?, security: ClientSecurity
    ) async throws(CoAPError) -> any DeviceSession
}

/// Opens sessions over the network.
struct NetworkConnector: DeviceConnector {
    /// How long a handshake may take: long enough for all devices of a fleet at once.
    private static let handshakeTimeout = Duration.seconds(20)

    private let logger = Logger(label: "coap.fleet", factory: { _ in SwiftLogNoOpLogHandler() })

    func open(
        _ uri: CoAPURI, at address: SocketAddress?, security: ClientSecurity
    ) async throws(CoAPError) -> any DeviceSession {
        var configuration = ClientConfiguration()
        configuration.handshakeTimeout = Self.handshakeTimeout
        return try await ClientSession.open(
            uri, at: address, security: security, configuration: configuration, logger: logger)
    }
}
