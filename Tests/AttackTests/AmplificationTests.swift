// SPDX-License-Identifier: Apache-2.0

import CoAP
import TestSupport
import Testing

@Suite("Amplification", .timeLimit(.minutes(15)))
struct AmplificationTests {
    /// One kind of datagram from an address that proves nothing.
    private struct Kind {
        let name: String
        let datagram: [UInt8]
        var times = 1
    }

    private static func plain(_ echo: [UInt8]) -> [Kind] {
        func get(_ path: String..., options: (inout Options) -> Void = { _ in }) -> [UInt8] {
            var request = RawRequest(.get, token: .empty)
            request.message.options.uriPath = path
            options(&request.message.options)
            return request.bytes
        }
        return [
            Kind(name: "a large resource", datagram: get("large")),
            Kind(name: "a late one", datagram: get("slow")),
            Kind(name: "the list of resources", datagram: get(".well-known", "core")),
            Kind(name: "a registration", datagram: get("live") { $0.observe = 0 }),
            Kind(name: "a block", datagram: get("large") { $0.append(CoAPOption(.block2, uint: 0x06)) }),
            Kind(name: "another's proof", datagram: get("large") { $0.echo = echo }),
            Kind(name: "a write", datagram: RawRequest(.put, "value", token: .empty, payload: [1]).bytes),
            Kind(name: "nothing there", datagram: get("x")),
            Kind(name: "no path", datagram: get()),
            Kind(name: "a ping", datagram: Message(.confirmable, .empty, messageID: 9).bytes),
            Kind(name: "many pings", datagram: Message(.confirmable, .empty, messageID: 9).bytes, times: 20),
            Kind(name: "a signal", datagram: Message(.confirmable, Code(class: 7, detail: 2), messageID: 9).bytes),
            Kind(
                name: "an unknown option", datagram: get("x") { $0.append(CoAPOption(OptionNumber(rawValue: 9), [])) }),
            Kind(name: "a dot segment", datagram: get(".")),
            Kind(name: "a reserved block size", datagram: get("x") { $0.append(CoAPOption(.block2, uint: 0x07)) }),
            Kind(
                name: "a critical option twice",
                datagram: get("x") { for _ in 0..<2 { $0.append(CoAPOption(OptionNumber(rawValue: 5), [])) } }),
            Kind(name: "Accept twice", datagram: get { for _ in 0..<2 { $0.append(CoAPOption(.accept, uint: 9)) } }),
            Kind(name: "a proxy's URI", datagram: get { $0.append(CoAPOption(OptionNumber(rawValue: 35), [0x78])) }),
            Kind(name: "an unknown method", datagram: [0x40, 9, 0, 1]),
            Kind(name: "a header", datagram: [0x40, 1, 0, 1]), Kind(name: "half a header", datagram: [0x40, 1]),
            Kind(name: "an acknowledgement", datagram: Message(.acknowledgement, .content, messageID: 9).bytes),
            Kind(name: "a truncated option", datagram: [0x40, 1, 0, 1, 0xBD]),
        ]
    }

    private static func secure(_ cookie: [UInt8]) -> [Kind] {
        var generator = SeededGenerator(seed: 33)
        let hello = Hello(&generator)
        var forged = hello
        forged.cookie = cookie
        return [
            Kind(name: "a hello", datagram: hello.datagram),
            Kind(name: "many hellos", datagram: hello.datagram, times: 20),
            Kind(name: "a hello with another's cookie", datagram: forged.datagram),
            Kind(name: "a fragment", datagram: Array(hello.datagram.prefix(40))),
            Kind(name: "a short hello", datagram: [22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]),
            Kind(name: "an alert", datagram: Record.make(Record.alert, [2, 40])),
            Kind(name: "application data", datagram: Record.make(Record.application, epoch: 1, [1, 2, 3, 4])),
            Kind(name: "plain CoAP", datagram: RawRequest(.get, "large").bytes),
        ]
    }

    /// Sends each kind from an address of its own; returns how many bytes came back for each, for as long as anything is repeated.
    private static func measure(_ kinds: [Kind], _ port: UInt16, from first: Int) async throws -> [(Kind, Int, Int)] {
        try await AttackSocket.blocking {
            let sockets = try kinds.indices.map { try AttackSocket(to: port, from: AttackSocket.source(first + $0)) }
            for (kind, socket) in zip(kinds, sockets) { for _ in 0..<kind.times { socket.send(kind.datagram) } }
            // A server that repeats its answer does so after two to three seconds (RFC 7252 §4.8), DTLS after one.
            _ = try AttackSocket(to: port, from: AttackSocket.source(first + 99)).receive(milliseconds: 4_000)
            return zip(kinds, sockets).map { kind, socket in
                (kind, kind.datagram.count * kind.times, socket.received().reduce(0) { $0 + $1.count })
            }
        }
    }

    @Test("An address that proves nothing is sent no more than three times what came from it")
    func factor() async throws {
        try await AttackBench.run("amplification towards forged addresses", arguments: ["--validate"]) { target in
            let honest = try AttackSocket(to: target.plain.port)
            let challenge = try await honest.ask(RawRequest(.get, "large").bytes)
            let echo = try #require(challenge.flatMap { Message($0) }?.options.echo)
            var generator = SeededGenerator(seed: 34)
            let greeter = try AttackSocket(to: target.secure.port)
            let answer = try await greeter.ask(Hello(&generator).datagram)
            let cookie = try #require(answer.flatMap(Hello.cookie(in:)))
            let kinds = (plain: Self.plain(echo), secure: Self.secure(cookie))
            async let plain = Self.measure(kinds.plain, target.plain.port, from: 1_000)
            async let secure = Self.measure(kinds.secure, target.secure.port, from: 2_000)
            let measured = try await plain + secure
            for (kind, sent, received) in measured where received > 3 * sent {
                Issue.record("\(kind.name): \(sent) bytes bring \(received)")
            }
            let control = try await Target.with([]) { other in
                try await Self.measure(kinds.plain, other.plain.port, from: 1_000).count { $0.2 > 3 * $0.1 }
            }
            return AttackBench.Outcome(
                tries: measured.count, gotThrough: measured.count { $0.2 > 3 * $0.1 },
                control: ("a server that does not validate addresses", control))
        }
    }
}
