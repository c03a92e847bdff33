// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@Suite("A relay between many clients and a server", .timeLimit(.minutes(10)))
struct RelayTests {
    /// Sends a datagram until it comes through, and tells from which port.
    private static func pass(
        _ text: String, from client: BareSocket, by port: UInt16, to server: BareSocket
    ) async throws -> UInt16 {
        client.send(text, to: port)
        let received = try #require(await server.receive())
        #expect(received.text == text)
        return received.port
    }

    /// Which of 60 numbered datagrams of one client come through, among those of others.
    private static func survivors(others: Int, privatePort number: UInt64?) async throws -> [String] {
        let server = try BareSocket()
        let link = try FaultyLink(to: server.uri, toServer: .loss(0.3), seed: 5)
        defer { link.stop() }
        let client = try BareSocket()
        let port = try number.map { try link.privatePort($0) } ?? link.port
        let crowd = try (0..<others).map { _ in try BareSocket() }
        var sent = 0
        for number in 0..<60 {
            client.send("\(number)", to: port)
            for other in crowd { other.send("other", to: link.port) }
            sent += 1 + crowd.count
            while link.toServer.received < sent { await Task.yield() }
        }
        var passed: [String] = []
        // Until one comes through that is behind them all.
        for _ in 0..<20 { client.send("end", to: port) }
        while let (text, _) = await server.receive(), text != "end" { if text != "other" { passed.append(text) } }
        return passed
    }

    @Test("What becomes of a client's datagrams does not depend on other clients", arguments: [nil, 77] as [UInt64?])
    func independentFlows(privatePort: UInt64?) async throws {
        let alone = try await Self.survivors(others: 0, privatePort: privatePort)
        #expect((25...57).contains(alone.count))
        let inCompany = try await Self.survivors(others: 2, privatePort: privatePort)
        #expect(alone == inCompany)
    }

    @Test("A client with a port of its own has its own random numbers, and the same port whenever it asks")
    func privatePorts() async throws {
        let one = try await Self.survivors(others: 0, privatePort: 1)
        let two = try await Self.survivors(others: 0, privatePort: 2)
        #expect(one != two)
        let link = try FaultyLink(to: BareSocket().uri)
        #expect(try link.privatePort(1) == link.privatePort(1))
        #expect(try link.privatePort(1) != link.privatePort(2))
        let known = try link.privatePort(1)
        link.stop()
        #expect(try link.privatePort(1) == known)
        let error = #expect(throws: CoAPError.self) { try link.privatePort(3) }
        #expect(error?.code == .closed)
    }

    @Test("An outage meets whom it is for, by either port, and nobody else")
    func outage() async throws {
        let server = try BareSocket()
        let link = try FaultyLink(to: server.uri)
        defer { link.stop() }
        let (open, own) = (try BareSocket(), try BareSocket())
        let privatePort = try link.privatePort(1)
        link.interrupt(true, clients: [open.port, privatePort])
        for (lost, client, port) in [(1, open, link.port), (2, own, privatePort)] {
            client.send("lost", to: port)
            while link.toServer.lost < lost { await Task.yield() }
            let bystander = try BareSocket()
            _ = try await Self.pass("through", from: bystander, by: link.port, to: server)
            link.interrupt(false, clients: [client === open ? open.port : privatePort])
            _ = try await Self.pass("again", from: client, by: port, to: server)
        }
        #expect(link.toServer.lost == 2)
        link.interrupt(true)
        open.send("lost", to: link.port)
        while link.toServer.lost < 3 { await Task.yield() }
        link.interrupt(false)
        _ = try await Self.pass("at last", from: open, by: link.port, to: server)
    }

    @Test("After a rebinding the server sees another port, the client gets its answers, and the old port is dead")
    func rebinding() async throws {
        let server = try BareSocket()
        let link = try FaultyLink(to: server.uri)
        defer { link.stop() }
        let (client, other) = (try BareSocket(), try BareSocket())
        let before = try await Self.pass("1", from: client, by: link.port, to: server)
        let others = try await Self.pass("1", from: other, by: link.port, to: server)
        link.rebind(clients: [client.port])
        let after = try await Self.pass("2", from: client, by: link.port, to: server)
        #expect(after != before)
        #expect(try await Self.pass("2", from: other, by: link.port, to: server) == others)
        server.send("to the old port", to: before)
        server.send("to the new port", to: after)
        #expect(try #require(await client.receive()).text == "to the new port")
        link.rebind()
        #expect(try await Self.pass("3", from: client, by: link.port, to: server) != after)
        #expect(try await Self.pass("3", from: other, by: link.port, to: server) != others)
    }

    @Test("A session over DTLS survives a rebinding of its relay only by a new handshake")
    func rebindingOfSession() async throws {
        let router = Router()
        router.get("hello") { _, _ in "hello" }
        let key = Secret("a key of sixteen".utf8)
        let table = try PreSharedKeyTable([PreSharedKey(identity: "me", key: key)])
        try await Loopback.withServer(
            router, endpoints: [.coaps("127.0.0.1", port: 0)], security: .preSharedKeys(table)
        ) { uris in
            let link = try FaultyLink(to: uris[0])
            defer { link.stop() }
            var configuration = ClientConfiguration.patient
            configuration.transmission.ackTimeout = .seconds(1)
            let security = try ClientSecurity.preSharedKey(identity: "me", key: key)
            try await CoAPClient.withSession(
                to: link.uri(for: uris[0]), security: security, configuration: configuration
            ) { session in
                let before = try await session.get("hello").text
                #expect(before == "hello")
                let port = await session.connectionInfo.localAddress?.port
                link.rebind(clients: Set([port].compactMap { $0 }))
                let after = try await session.get("hello").text
                #expect(after == "hello")
                let other = await session.connectionInfo.localAddress?.port
                #expect(other != port)
            }
        }
    }

    @Test("There is room for more clients than by default, and the one that was silent for longest makes room")
    func manyClients() async throws {
        let server = try BareSocket()
        for (limit, isKept) in [(200, false), (210, true)] {
            let link = try FaultyLink(to: server.uri, maximumFlows: limit)
            defer { link.stop() }
            let clients = try (0..<210).map { _ in try BareSocket() }
            var ports: [UInt16] = []
            for client in clients {
                ports.append(try await Self.pass("hello", from: client, by: link.port, to: server))
            }
            server.send("last", to: ports[209])
            #expect(try #require(await clients[209].receive()).text == "last")
            let again = try await Self.pass("first", from: clients[0], by: link.port, to: server)
            #expect((again == ports[0]) == isKept)
        }
        let error = #expect(throws: CoAPError.self) { try FaultyLink(to: server.uri, maximumFlows: 0) }
        #expect(error?.code == .invalidArgument)
    }

    @Test("A burst of thousands comes through a link without faults, whole and in order")
    func burst() async throws {
        let server = try BareSocket()
        let link = try FaultyLink(to: server.uri)
        defer { link.stop() }
        let client = try BareSocket()
        // As many at once as any socket has room for, and the next ones when these are there.
        for start in stride(from: 0, to: 6_400, by: 64) {
            for number in start..<(start + 64) { client.send("\(number)", to: link.port) }
            for number in start..<(start + 64) { #expect(try #require(await server.receive()).text == "\(number)") }
        }
        #expect(link.toServer.received == 6_400 && link.toServer.lost == 0)
    }

    @Test("What is too large, or too much, is lost and counted")
    func narrow() async throws {
        let server = try BareSocket()
        var faults = LinkFaults()
        faults.mtu = 148
        faults.bandwidth = 80_000
        faults.queue = 1_000
        let link = try FaultyLink(to: server.uri, toServer: faults)
        defer { link.stop() }
        let client = try BareSocket()
        client.send(String(repeating: "x", count: 101), to: link.port)
        let started = ContinuousClock.now
        for _ in 0..<100 { client.send(String(repeating: "y", count: 77), to: link.port) }
        // Eight of them wait in front of the link at most, and each takes an eightieth of a second.
        for _ in 0..<8 { #expect(try #require(await server.receive()).text.first == "y") }
        #expect(ContinuousClock.now - started >= .milliseconds(100))
        while link.toServer.received < 101 { await Task.yield() }
        #expect(link.toServer.tooLarge == 1 && link.toServer.overflowed > 0)
        #expect(link.toServer.lost == link.toServer.overflowed + 1)
    }
}
