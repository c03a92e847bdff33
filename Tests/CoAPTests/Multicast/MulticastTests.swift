// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("Requests to groups (RFC 7252 §8)")
struct MulticastTests {
    private static let loopback = MulticastGroup.allCoAPNodes.on(interface: "lo")

    private static func router() -> Router {
        let router = Router()
        router.get("t", attributes: .init(resourceType: "temperature")) { _, _ in "21" }
        router.get("slow", attributes: .init(resourceType: "slow")) { _, _ in
            try await Task.sleep(for: .milliseconds(50))
            return "slow"
        }
        router.get("empty", attributes: .init(isListed: false)) { _, _ in Response(.content) }
        router.get("long", attributes: .init(isListed: false)) { _, _ in String(repeating: "x", count: 1200) }
        router.get("streamed", attributes: .init(isListed: false)) { _, _ in
            Response(
                stream: BodyStream(size: 3_000) { Array(repeating: 5, count: min($1, 3_000 - $0)) },
                contentFormat: .octetStream)
        }
        router.get("who", attributes: .init(isListed: false)) { _, context in
            "\(context.peer.isSecure) \(context.messageType)"
        }
        router.put("t") { _, _ in Response(.changed) }
        router.post("t") { _, _ in Response(.changed) }
        return router
    }

    private static func server(
        _ group: MulticastGroup = loopback, leisure: Duration = .milliseconds(1),
        addressValidation: AddressValidation = .remotePeers, links: Int = 0,
        endpoints: [ServerEndpoint] = [.coap("127.0.0.1", port: 0)],
        _ body: @escaping @Sendable ([CoAPURI]) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration()
        configuration.multicastGroups = [group]
        configuration.multicastLeisure = leisure
        configuration.addressValidation = addressValidation
        let router = router()
        for number in 0..<links {
            router.get("sensors/number-\(number)", attributes: .init(resourceType: "many")) { _, _ in "x" }
        }
        try await Loopback.withServer(router, endpoints: endpoints, configuration: configuration, body)
    }

    private static func configuration(_ port: UInt16, limit: Int = 1, _ time: Duration) -> MulticastConfiguration {
        var configuration = MulticastConfiguration()
        configuration.port = port
        configuration.duration = time
        configuration.maximumResponses = limit
        return configuration
    }

    /// The answers to a request; as soon as there are so many.
    private static func answers(
        _ path: [String], method: CoAP.Method = .get, query: [String] = [], port: UInt16,
        group: MulticastGroup = loopback,
        limit: Int = 1, time: Duration = .seconds(60), _ change: (inout Request) -> Void = { _ in }
    ) async throws -> [MulticastResponse] {
        var request = Request(method: method)
        request.options.uriPath = path
        request.options.uriQuery = query
        change(&request)
        var found: [MulticastResponse] = []
        let stream = try await CoAPClient.responses(
            to: request, from: group, configuration: configuration(port, limit: limit, time))
        for await answer in stream { found.append(answer) }
        return found
    }

    @Test("A server is discovered, and answers from its endpoint's own address and port")
    func discovery() async throws {
        try await Self.server { uris in
            let found = try await CoAPClient.discover(
                from: Self.loopback, configuration: Self.configuration(uris[0].port, .seconds(60)))
            try #require(found.count == 1)
            #expect(found[0].address.host == "127.0.0.1" && found[0].address.port == uris[0].port)
            let links = try LinkFormat(parsing: found[0].response.payload).links
            #expect(links.map(\.target) == ["/t", "/slow"])
        }
    }

    @Test("Any resource that reads is asked, quick or slow; the handler knows the peer as anonymous")
    func resources() async throws {
        try await Self.server { uris in
            for (path, text) in [("t", "21"), ("slow", "slow"), ("who", "false NON")] {
                let found = try await Self.answers([path], port: uris[0].port)
                #expect(found.map(\.response.text) == [text])
            }
            let filtered = try await Self.answers([".well-known", "core"], query: ["rt=temp*"], port: uris[0].port)
            #expect(try filtered.map { try LinkFormat(parsing: $0.response.payload).links.map(\.target) } == [["/t"]])
        }
    }

    @Test("Errors, empty lists, what is not wanted and what does not fit are not sent (§8.2.1, RFC 6690 §4.1)")
    func silence() async throws {
        try await Self.server { uris in
            let port = uris[0].port
            func silent(
                _ path: [String], query: [String] = [], _ change: (inout Request) -> Void = { _ in }
            ) async throws {
                let found = try await Self.answers(
                    path, query: query, port: port, time: .milliseconds(150), change)
                #expect(found.isEmpty, "\(path)")
            }
            try await silent(["nothing"])
            try await silent([".well-known", "core"], query: ["rt=none"])
            try await silent(["t"]) { $0.options.accept = .cbor }
            // No-Response of 2.xx.
            try await silent(["t"]) { $0.options.append(CoAPOption(.noResponse, [2])) }
            // An option that must be understood and is not.
            try await silent(["t"]) { $0.options.append(CoAPOption(OptionNumber(rawValue: 65001), [1])) }
            // Something that is empty and no list is sent.
            let empty = try await Self.answers(["empty"], port: port)
            #expect(empty.count == 1)
        }
    }

    @Test("What is longer than a message begins with a block; its client asks for the rest (RFC 7959 §2.8)")
    func blockwise() async throws {
        try await Self.server(addressValidation: .off) { uris in
            let long = try await Self.answers(["long"], port: uris[0].port)
            try #require(long.count == 1)
            let block = BlockOption(number: 0, hasMore: true, size: 1024)
            #expect(long[0].response.options.block2 == block && long[0].response.payload.count == 1024)
            #expect(long[0].response.options.size2 == 1200 && long[0].response.options.eTags.count == 1)
            let small = try await Self.answers(["long"], port: uris[0].port) {
                $0.options.block2 = BlockOption(number: 0, size: 64)
            }
            #expect(small.first?.response.payload.count == 64)
            #expect(small.first?.response.options.eTags == long[0].response.options.eTags)
            // Later blocks, and bodies in blocks, are not asked for in a group.
            for (option, block) in [
                (OptionNumber.block2, BlockOption(number: 1, size: 64)),
                (.block1, BlockOption(number: 0, hasMore: true, size: 16)),
            ] {
                let none = try await Self.answers(["long"], port: uris[0].port, time: .milliseconds(150)) {
                    if option == .block2 { $0.options.block2 = block } else { $0.options.block1 = block }
                }
                #expect(none.isEmpty)
            }
            let streamed = try await Self.answers(["streamed"], port: uris[0].port)
            #expect(streamed.first?.response.options.block2 == block)
            #expect(streamed.first?.response.payload == [UInt8](repeating: 5, count: 1024))
        }
    }

    @Test("A source that may be forged gets three times its request at most, and the rest when asked from there")
    func amplification() async throws {
        try await Self.server(addressValidation: .allPeers, links: 40) { uris in
            let port = uris[0].port
            let part = try await Self.answers([".well-known", "core"], port: port)
            try #require(part.count == 1)
            let options = part[0].response.options
            let request = 4 + 8 + 1 + ".well-known".utf8.count + 1 + "core".utf8.count
            #expect(4 + 8 + options.wireSize + 1 + part[0].response.payload.count <= 3 * request)
            #expect(options.block2?.hasMore == true)
            let found = try await CoAPClient.discover(
                from: Self.loopback, filters: ["rt=many"], configuration: Self.configuration(port, .seconds(60)))
            try #require(found.count == 1)
            #expect(try LinkFormat(parsing: found[0].response.payload).links.count == 40)
        }
    }

    @Test("What is confirmable, changes something or is no request is passed over (§8.1)")
    func ignored() async throws {
        try await Self.server { uris in
            let options: Options = {
                var options = Options()
                options.uriPath = ["t"]
                return options
            }()
            let token = Token.random()
            var datagrams = [MessageType.confirmable, .acknowledgement, .reset].map {
                Message($0, Code(rawValue: 1), messageID: 7, token: token, options: options).bytes
            }
            for code in [UInt8(2), 3, 4, 6, 7, 0x45, 0xE1] {
                datagrams.append(
                    Message(.nonConfirmable, Code(rawValue: code), messageID: 8, token: token, options: options).bytes)
            }
            datagrams += [[], [0x50], [0x50, 1, 0, 0, 0xFF], Array(repeating: 0x50, count: 3_000)]
            let own = try MulticastSocket.sender(to: Self.loopback, hops: 1)
            let interface = try #require(try NetworkInterface.all(of: Self.loopback, loopback: true).first)
            for datagram in datagrams {
                try own.send(datagram, to: Self.loopback, port: uris[0].port, on: interface)
            }
            try await Task.sleep(for: .milliseconds(100))
            #expect(own.receive() == nil)
            // It goes on answering.
            let found = try await Self.answers(["t"], port: uris[0].port)
            #expect(found.count == 1)
        }
    }

    @Test("Answers come at a random moment within the leisure (§8.2)")
    func leisure() async throws {
        try await Self.server(leisure: .milliseconds(400)) { uris in
            var times: [Duration] = []
            for _ in 0..<6 {
                let started = ContinuousClock.now
                let found = try await Self.answers(["t"], port: uris[0].port)
                #expect(found.count == 1)
                times.append(ContinuousClock.now - started)
            }
            #expect((times.max() ?? .zero) - (times.min() ?? .zero) > .milliseconds(20))
        }
    }

    @Test("Several servers of one host share a group and its port")
    func several() async throws {
        try await Self.server(endpoints: [.coap("127.0.0.1", port: 0)]) { first in
            let port = first[0].port
            // The same port on another address of the loopback network.
            try await Self.server(endpoints: [.coap("127.0.0.2", port: port)]) { _ in
                let found = try await Self.answers(["t"], port: port, limit: 2)
                #expect(Set(found.map(\.address.host)) == ["127.0.0.1", "127.0.0.2"])
            }
        }
    }

    @Test("An endpoint on every address answers once", arguments: ["0.0.0.0", "::"])
    func everyAddress(host: String) async throws {
        try await Self.server(endpoints: [.coap(host, port: 0)]) { uris in
            let found = try await Self.answers(["t"], port: uris[0].port, limit: 5, time: .seconds(3))
            #expect(found.map(\.response.text) == ["21"])
        }
    }

    /// An interface that multicasts IPv6; the loopback interface does not without a route for it.
    private static var multicasting: NetworkInterface? {
        let found = try? NetworkInterface.all(of: .allCoAPNodesOfLink, loopback: false)
        return found?.first { $0.name != "lo" }
    }

    @Test(
        "IPv6 groups of the link and the site", .enabled("no interface multicasts IPv6") { Self.multicasting != nil },
        arguments: [MulticastGroup.allCoAPNodesOfLink, .allCoAPNodesOfSite])
    func ipv6(group: MulticastGroup) async throws {
        let group = group.on(interface: try #require(Self.multicasting).name)
        try await Self.server(group, endpoints: [.coap("::", port: 0)]) { uris in
            let found = try await Self.answers(["t"], port: uris[0].port, group: group)
            #expect(found.map(\.response.text) == ["21"])
        }
    }

    @Test("A server without groups hears none, even where another on this host has joined")
    func notJoined() async throws {
        try await Self.server { joined in
            // On every address, where the system would hand it the group's datagrams.
            try await Loopback.withServer(Self.router(), endpoints: [.coap("0.0.0.0", port: 0)]) { uris in
                #expect(uris[0].port != joined[0].port)
                let found = try await Self.answers(["t"], port: uris[0].port, time: .milliseconds(150))
                #expect(found.isEmpty)
            }
        }
    }

    @Test("Collecting ends with the time, with the task, and with the loop that is left")
    func ends() async throws {
        let started = ContinuousClock.now
        let none = try await Self.answers(["t"], port: 9, time: .milliseconds(50))
        #expect(none.isEmpty)
        let task = Task { try await Self.answers(["t"], port: 9, time: .seconds(3_000)) }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        let cancelled = try await task.value
        #expect(cancelled.isEmpty)
        #expect(ContinuousClock.now - started < .seconds(1_000))
    }

    @Test("What cannot be asked is refused with what to do")
    func refusals() async throws {
        for text in ["192.0.2.1", "example", "", "::1", "fe80::1"] {
            #expect(throws: CoAPError.self) { try MulticastGroup(text) }
        }
        #expect(try MulticastGroup("ff05::fd") == .allCoAPNodesOfSite)
        #expect(MulticastGroup.allCoAPNodesOfLink.on(interface: "lo").description == "ff02::fd%lo")
        let changing = await #expect(throws: CoAPError.self) { try await Self.answers(["t"], method: .put, port: 9) }
        #expect(changing?.code == .invalidArgument)
        let nowhere = await #expect(throws: CoAPError.self) {
            try await Self.answers(["t"], port: 9, group: .allCoAPNodes.on(interface: "none"))
        }
        #expect(nowhere?.message.contains("none") == true)
        let long = await #expect(throws: CoAPError.self) {
            try await Self.answers(["t"], port: 9) { $0.payload = Array(repeating: 0, count: 1200) }
        }
        #expect(long?.code == .tooLarge)
        let family = await #expect(throws: CoAPError.self) {
            try await Self.server(.allCoAPNodesOfLink.on(interface: "lo")) { _ in }
        }
        #expect(family?.code == .invalidArgument)
    }
}
