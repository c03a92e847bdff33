// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Logging
import Testing

@testable import CoAP

/// How a client finds its server, and what it says when it does not.
@Suite("Connecting", .timeLimit(.minutes(15)))
struct ConnectingTests {
    private static let ipv6 = [UInt8](repeating: 0, count: 15) + [1]
    private static let key = Secret("a key of more than sixteen bytes".utf8)

    private static func security() throws -> ClientSecurity { try .preSharedKey(identity: "me", key: key) }

    /// A connection to several addresses, which no name of this host has for sure.
    private static func connection(
        _ addresses: [SocketAddress], _ security: ClientSecurity, handshake: Duration = .seconds(600),
        retransmissions: Int = 4
    ) throws -> ClientConnection {
        var configuration = ClientConfiguration()
        configuration.handshakeTimeout = handshake
        configuration.transmission.ackTimeout = .seconds(600)
        configuration.transmission.maximumRetransmissions = retransmissions
        let isPlain = if case .plain = security { true } else { false }
        let target = ClientTarget(
            uri: CoAPURI(scheme: isPlain ? .coap : .coaps, host: "device.example", port: addresses[0].port),
            name: .name("device.example"), addresses: addresses, security: security)
        return ClientConnection(
            core: try .shared(), target: target, configuration: configuration, logger: Logger(label: "test"))
    }

    /// Opens it and closes it again.
    private static func open(
        _ connection: ClientConnection, lookUp: Duration = .zero
    ) async -> Result<ConnectionInfo, CoAPError> {
        await withCheckedContinuation { continuation in
            connection.core.loop.submit {
                connection.open(lookUp: lookUp) { result in
                    continuation.resume(returning: result.map { connection.info })
                }
            }
        }
    }

    private static func close(_ connection: ClientConnection) async {
        await connection.core.loop.run { connection.close(CoAPError(.closed, "the test is over")) }
    }

    @Test("A silent address does not keep the next one from being tried", arguments: [false, true])
    func race(isSecure: Bool) async throws {
        let router = Router()
        let table = try PreSharedKeyTable([PreSharedKey(identity: "me", key: Self.key)])
        let endpoint = isSecure ? ServerEndpoint.coaps("127.0.0.1", port: 0) : .coap("127.0.0.1", port: 0)
        try await Loopback.withServer(router, endpoints: [endpoint], security: isSecure ? .preSharedKeys(table) : nil) {
            uris in
            let silent = try FakeServer(Self.ipv6)
            let good = try SocketAddress(bytes: [127, 0, 0, 1], port: uris[0].port)
            let connection = try Self.connection(
                [silent.address, good], isSecure ? try Self.security() : .plain)
            let info = try await Self.open(connection).get()
            #expect(info.remoteAddress == good)
            #expect(!silent.received.isEmpty)
            await Self.close(connection)
        }
    }

    @Test("Nobody listening at any address is told at once, every time", arguments: [false, true])
    func nobody(isSecure: Bool) async throws {
        let addresses = try [Self.ipv6, [127, 0, 0, 1]].map { try SocketAddress(bytes: $0, port: 9) }
        for _ in 0..<40 {
            let connection = try Self.connection(addresses, isSecure ? try Self.security() : .plain)
            let result = await Self.open(connection)
            let error = #expect(throws: CoAPError.self) { try result.get() }
            #expect(error?.code == .unreachable)
            await Self.close(connection)
        }
    }

    @Test("Several silent addresses: the whole time and the addresses are told")
    func silent() async throws {
        let servers = [try FakeServer(Self.ipv6), try FakeServer()]
        let connection = try Self.connection(servers.map(\.address), try Self.security(), handshake: .seconds(1))
        let result = await Self.open(connection)
        let error = try #require(#expect(throws: CoAPError.self) { try result.get() })
        #expect(error.code == .timeout)
        #expect(error.message.contains("within 1 s"), "\(error)")
        #expect(error.message.contains("::1, 127.0.0.1"), "\(error)")
        await Self.close(connection)
    }

    @Test("The look-up's time is taken off the handshake's")
    func lookUp() async throws {
        let connection = try Self.connection([try FakeServer().address], try Self.security(), handshake: .seconds(600))
        let result = await Self.open(connection, lookUp: .seconds(600))
        let error = #expect(throws: CoAPError.self) { try result.get() }
        #expect(error?.code == .timeout)
        await Self.close(connection)
    }

    @Test("A silent server is not taken for none, however few repetitions there are")
    func patience() async throws {
        let server = try FakeServer()
        let connection = try Self.connection(
            [server.address], try Self.security(), handshake: .seconds(5), retransmissions: 1)
        let result = await Self.open(connection)
        let error = #expect(throws: CoAPError.self) { try result.get() }
        #expect(error?.code == .timeout, "\(String(describing: error))")
        await Self.close(connection)
    }

    @Test("A ping keeps its own deadline and can be cancelled while the connection is made")
    func pingWhileConnecting() async throws {
        let connection = try Self.connection([try FakeServer().address], try Self.security())
        let ping: (Duration) async -> Result<Duration, CoAPError> = { timeout in
            let ping = PendingPing(timeout: timeout)
            return await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    connection.core.loop.submit { connection.ping(ping) { continuation.resume(returning: $0) } }
                }
            } onCancel: {
                connection.core.loop.submit { connection.cancel(ping) }
            }
        }
        let late = await ping(.milliseconds(50))
        #expect(throws: CoAPError.self) { try late.get() }
        await Self.close(connection)
    }

    @Test("Plain CoAP where DTLS was expected is named")
    func plainServer() async throws {
        let server = try FakeServer { _, _, _ in [[0x70, 0, 0, 1]] }
        let connection = try Self.connection([server.address], try Self.security(), handshake: .seconds(2))
        let result = await Self.open(connection)
        let error = try #require(#expect(throws: CoAPError.self) { try result.get() })
        #expect(error.code == .handshakeFailed)
        #expect(error.message.contains("plain CoAP is spoken there"), "\(error)")
        await Self.close(connection)
    }

    @Test("A server that says goodbye in the handshake is there")
    func farewell() async throws {
        // An alert in plain text: warning, close_notify.
        let server = try FakeServer { _, _, _ in [[21, 0xFE, 0xFD] + [UInt8](repeating: 0, count: 8) + [0, 2, 1, 0]] }
        let connection = try Self.connection([server.address], try Self.security(), handshake: .seconds(20))
        let result = await Self.open(connection)
        let error = try #require(#expect(throws: CoAPError.self) { try result.get() })
        #expect(error.code == .handshakeFailed)
        #expect(error.message.contains("gave up"), "\(error)")
        await Self.close(connection)
    }

    @Test("A cancelled task gets no address")
    func cancelledLookUp() async throws {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await Resolver.addresses(of: "localhost", port: 1, deadline: .seconds(600))
        }
        let result = await task.result
        let error = #expect(throws: CoAPError.self) { try result.get() }
        #expect(error?.code == .cancelled)
    }

    @Test("Transmission parameters that libcoap would ignore are refused")
    func parameters() async throws {
        let changes: [@Sendable (inout TransmissionParameters) -> Void] = [
            { $0.ackTimeout = .milliseconds(999) }, { $0.ackTimeout = .seconds(3_601) }, { $0.ackRandomFactor = 0.9 },
            { $0.ackRandomFactor = .nan }, { $0.maximumRetransmissions = 0 }, { $0.maximumOutstanding = 0 },
            { $0.maximumOutstanding = 256 },
        ]
        for change in changes {
            var configuration = ClientConfiguration()
            change(&configuration.transmission)
            let changed = configuration
            let error = await #expect(throws: CoAPError.self) {
                try await CoAPClient.withSession(to: "coap://[::1]", security: .plain, configuration: changed) { _ in }
            }
            #expect(error?.code == .invalidArgument)
        }
        try TransmissionParameters().validate()
    }
}
