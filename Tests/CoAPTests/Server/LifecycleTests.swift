// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Glibc
import Logging
import ServiceLifecycle
import Testing

@testable import CoAP

@Suite("A server's life")
struct LifecycleTests {
    @Test("A graceful shutdown lets the request under way end, then run() returns")
    func gracefulShutdown() async throws {
        let gate = Gate()
        let started = Gate()
        let router = Router()
        router.get("slow") { _, _ in
            await started.open()
            await gate.wait()
            return "done"
        }
        let (listening, continuation) = AsyncStream.makeStream(of: [CoAPURI].self)
        let server = CoAPServer(
            endpoints: [.coap("::1", port: 0)], router: router, onListening: { continuation.yield($0) })
        let group = ServiceGroup(services: [server], logger: Logger(label: "test"))
        let running = Task { try await group.run() }
        var iterator = listening.makeAsyncIterator()
        let uris = try #require(await iterator.next())
        let answer = try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
            let request = Task { try await session.get("slow") }
            await started.wait()
            await group.triggerGracefulShutdown()
            await gate.open()
            return try await request.value
        }
        #expect(answer.text == "done")
        try await running.value
    }

    @Test("Handlers that do not end are cancelled after the grace, and their clients told")
    func shutdownGrace() async throws {
        let started = Gate()
        let router = Router()
        router.get("never") { _, _ in
            await started.open()
            try await Task.sleep(for: .seconds(3600))
            return "never"
        }
        var configuration = ServerConfiguration()
        configuration.shutdownGrace = .milliseconds(50)
        let (listening, continuation) = AsyncStream.makeStream(of: [CoAPURI].self)
        let server = CoAPServer(
            endpoints: [.coap("::1", port: 0)], router: router, configuration: configuration,
            onListening: { continuation.yield($0) })
        let running = Task { try await server.run() }
        var iterator = listening.makeAsyncIterator()
        let uris = try #require(await iterator.next())
        let answer = try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
            let request = Task { try await session.get("never") }
            await started.wait()
            running.cancel()
            return try await request.value
        }
        #expect(answer.code == .serviceUnavailable)
        try await running.value
    }

    @Test("Nobody else can bind the port of a running server, not even with SO_REUSEADDR")
    func portIsExclusive() async throws {
        try await Loopback.withServer(Router()) { uris in
            let descriptor = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
            defer { close(descriptor) }
            var on: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            let address = try SocketAddress(bytes: [UInt8](repeating: 0, count: 15) + [1], port: uris[0].port)
            let result = address.withSockaddr { bind(descriptor, $0, $1) }
            #expect(result != 0 && errno == EADDRINUSE)
        }
    }

    @Test("A taken port is told with what to do, and the first server goes on")
    func portTaken() async throws {
        let router = Router()
        router.get("ok") { _, _ in "ok" }
        try await Loopback.withServer(router) { uris in
            let second = CoAPServer(endpoints: [.coap("::1", port: uris[0].port)], router: Router())
            let error = await #expect(throws: CoAPError.self) { try await second.run() }
            #expect(error?.code == .addressUnavailable)
            #expect(error?.message.contains("another process holds this port") == true)
            let answer = try await CoAPClient.withSession(to: uris[0], security: .plain) { try await $0.get("ok") }
            #expect(answer.text == "ok")
        }
    }

    @Test("What a server cannot be made of is told before it listens")
    func misuse() async throws {
        let noSecurity = CoAPServer(endpoints: [.coaps("::1", port: 0)], router: Router())
        let first = await #expect(throws: CoAPError.self) { try await noSecurity.run() }
        #expect(first?.code == .invalidCredentials)
        let second = await #expect(throws: CoAPError.self) { try await noSecurity.run() }
        #expect(second?.code == .invalidArgument)
        let noEndpoint = CoAPServer(endpoints: [], router: Router())
        let third = await #expect(throws: CoAPError.self) { try await noEndpoint.run() }
        #expect(third?.code == .invalidArgument)
        let noHost = CoAPServer(endpoints: [.coap("no-such-host.invalid", port: 0)], router: Router())
        let fourth = await #expect(throws: CoAPError.self) { try await noHost.run() }
        #expect(fourth?.code == .unknownHost)
    }

    @Test("A handler that takes too long is cancelled and answered 5.03")
    func handlerTimeout() async throws {
        let router = Router()
        router.get("never") { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return "never"
        }
        var configuration = ServerConfiguration()
        configuration.acknowledgementDelay = .milliseconds(10)
        configuration.handlerTimeout = .milliseconds(50)
        try await Loopback.withServer(router, configuration: configuration) { uris in
            let answer = try await CoAPClient.withSession(to: uris[0], security: .plain) { try await $0.get("never") }
            #expect(answer.code == .serviceUnavailable)
        }
    }

    @Test("A server that went away is noticed, and a session finds its successor")
    func restart() async throws {
        let key = try PreSharedKey(identity: "me", key: Secret("a key of sixteen and more".utf8))
        let security = ServerSecurity.preSharedKeys(try PreSharedKeyTable([key]))
        func serve(_ port: UInt16) async throws -> (CoAPURI, Task<Void, any Error>) {
            let router = Router()
            router.get("ok") { _, _ in "ok" }
            let (listening, continuation) = AsyncStream.makeStream(of: [CoAPURI].self)
            let server = CoAPServer(
                endpoints: [.coaps("::1", port: port)], security: security, router: router,
                onListening: { continuation.yield($0) })
            let task = Task { try await server.run() }
            var iterator = listening.makeAsyncIterator()
            return (try #require(await iterator.next())[0], task)
        }
        let (uri, first) = try await serve(0)
        try await CoAPClient.withSession(to: uri, security: .preSharedKey(key)) { session in
            let before = try await session.get("ok")
            #expect(before.text == "ok")
            first.cancel()
            try await first.value
            let (_, second) = try await serve(uri.port)
            // The close of the first session may still be on its way: then one request finds it closed.
            var after = try? await session.get("ok")
            if after == nil { after = try await session.get("ok") }
            #expect(after?.text == "ok")
            second.cancel()
            try await second.value
        }
    }
}
