// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

/// `coap relay --for`: what it says at its end, of datagrams that a bare socket sends.
@Suite("coap relay", .timeLimit(.minutes(10)))
struct RelayToolTests {
    /// Sends datagrams by a relay that ends by itself, and gives what it wrote then.
    ///
    /// - Parameter last: what has come to be of the datagrams when it is worth a look. A busy machine may not get so far in
    ///   time: then the next relay has more of it.
    private static func relay(
        _ arguments: [String], datagrams: Int, until last: String
    ) async throws -> ToolResult {
        let server = try SilentSocket()
        var result = ToolResult(status: .min, outputBytes: [], errors: "")
        for time in ["500ms", "5s", "60s"] {
            let relay = try ToolProcess(
                .coap, ["relay", "--to", "127.0.0.1:\(server.port)", "--seed", "1", "--for", time] + arguments)
            let started = await relay.output { $0.contains("\n") }
            let words = started.output.split(separator: " ")
            try #require(words.first == "relaying" && words.count > 1, "\(started.transcript)")
            let port = try CoAPURI("coap://\(words[1])").port
            let address = try SocketAddress(bytes: [127, 0, 0, 1], port: port)
            let socket = try #require(address.connectedSocket())
            defer { close(socket) }
            for number in 0..<datagrams { _ = send(socket, [UInt8(clamping: number)], 1, 0) }
            result = await relay.end()
            if result.output.contains(last) { break }
        }
        return result
    }

    @Test("It ends by itself when its time is over, and prints what it counted in each direction")
    func counts() async throws {
        let expected = "to server: 20 datagrams, 0 lost, 0 doubled, 0 held back"
        let result = try await Self.relay([], datagrams: 20, until: expected)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.transcript)")
        #expect(
            result.output.split(separator: "\n").dropFirst() == [
                expected[...], "to client: 0 datagrams, 0 lost, 0 doubled, 0 held back",
            ], "\(result.transcript)")
    }

    @Test(
        "What it does to datagrams is in the counts",
        arguments: [
            ("--loss", "20 lost, 0 doubled, 0 held back"), ("--duplicate", "0 lost, 20 doubled, 0 held back"),
            ("--reorder", "0 lost, 0 doubled, 20 held back"),
            ("--burst=1,0,", "20 lost, 0 doubled, 0 held back"),
            ("--mtu", "20 lost, 0 doubled, 0 held back, 20 too large"),
            ("--queue=0 --bandwidth=8bit/s --clients", "19 lost, 0 doubled, 0 held back, 19 without a place"),
            ("--rebind-every=1ms --outage-every=1d --outage=1s --seed", "0 lost, 0 doubled, 0 held back"),
        ])
    func faults(options: String, counted: String) async throws {
        let expected = "to server: 20 datagrams, \(counted)\n"
        // The last option's value is 1.
        var arguments = options.split(separator: " ").map(String.init)
        if options.hasSuffix(",") { arguments[arguments.count - 1] += "1" } else { arguments.append("1") }
        let result = try await Self.relay(arguments, datagrams: 20, until: expected)
        #expect(result.status == 0 && result.output.contains(expected), "\(result.transcript)")
    }

    @Test(
        "Faults that make no sense are refused, and the option is named",
        arguments: [
            "--burst=0.1,0.2", "--burst=0.1,0.2,3", "--burst=0.1,,0.2,0.3", "--mtu=0", "--bandwidth=9600",
            "--bandwidth=0bit/s", "--bandwidth=kbit/s", "--queue=-1", "--clients=0", "--rebind-every=0",
            "--outage-every=often", "--outage=x",
        ])
    func badFaults(option: String) async throws {
        let result = try await ToolProcess.run(.coap, ["relay", "--to", "[::1]:5683", option])
        let name = option.prefix { $0 != "=" }
        #expect(
            result.status == 64 && result.complainsOnce && result.errors.contains(name), "\(result.transcript)")
    }

    @Test("A time that is none is refused", arguments: ["soon", "-1s", ""])
    func badTime(text: String) async throws {
        let result = try await ToolProcess.run(.coap, ["relay", "--to", "[::1]:5683", "--for=\(text)"])
        #expect(result.status == 64 && result.complainsOnce && result.errors.contains("--for"), "\(result.transcript)")
    }
}
