// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import CoAPTesting

/// `coap relay`: a bad network to test devices with.
public struct RelayCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Pass datagrams on to a server, with faults: a bad network for tests.",
        discussion: """
            The faults are those of each direction. The same seed does the same to the same datagrams.

            Examples:
              coap relay --to [::1]:5684 --listen 15684 --loss 0.3
              coap relay --to [::1]:5683 --listen 15683 --flip-payload-bit 3
              coap relay --to 192.0.2.7:5683 --listen 0.0.0.0:15683 --delay 200ms --jitter 100ms --duplicate 0.1 --seed 7
            """, version: CommandLineTool.version)

    @Option(help: ArgumentHelp("The server.", valueName: "host:port"))
    var to: String

    @Option(
        help: ArgumentHelp(
            "Where clients connect to; without a host, the loopback address of the server's kind. 0 takes a free port.",
            valueName: "port"))
    var listen = "0"

    @Option(help: ArgumentHelp("How probable it is that a datagram is lost, 0 to 1.", valueName: "probability"))
    var loss = 0.0

    @Option(help: ArgumentHelp("How probable it is that a datagram comes twice, 0 to 1.", valueName: "probability"))
    var duplicate = 0.0

    @Option(
        help: ArgumentHelp(
            "How probable it is that a datagram is held back and overtaken, 0 to 1.", valueName: "probability"))
    var reorder = 0.0

    @Option(help: ArgumentHelp("How long each datagram takes: 20ms, 1.5s.", valueName: "duration"))
    var delay = "0"

    @Option(help: ArgumentHelp("Up to how much longer it takes, at random.", valueName: "duration"))
    var jitter = "0"

    @Option(
        name: .customLong("flip-payload-bit"),
        help: ArgumentHelp(
            """
            Flip this bit, from 0, of the payload of every request and every response of class 2; on plain CoAP only, which \
            nothing protects.
            """, valueName: "bit"))
    var flipPayloadBit: Int?

    @Option(
        help: ArgumentHelp("Where the random numbers start; another one each time without it.", valueName: "number"))
    var seed: UInt64?

    @Option(name: .customLong("for"), help: ArgumentHelp("End after a duration: 90s, 2m, 1h.", valueName: "duration"))
    var limit: String?

    /// Made by the parser.
    public init() {}

    /// Relays until it is interrupted, and says what it has done.
    public func run() async throws {
        var faults = LinkFaults()
        for (name, value) in [("--loss", loss), ("--duplicate", duplicate), ("--reorder", reorder)] {
            guard (0...1).contains(value) else {
                throw CoAPError(.invalidArgument, "\(name) takes a probability from 0 to 1")
            }
        }
        (faults.loss, faults.duplication, faults.reordering) = (loss, duplicate, reorder)
        guard (flipPayloadBit ?? 0) >= 0 else {
            throw CoAPError(.invalidArgument, "--flip-payload-bit takes a bit's number, from 0")
        }
        faults.flippedPayloadBit = flipPayloadBit
        faults.delay = try Self.duration(delay, "--delay")
        faults.jitter = try Self.duration(jitter, "--jitter")
        let limit = try limit.map { text throws(CoAPError) in try Self.duration(text, "--for") }
        let target = try Self.endpoint(to, "--to")
        let server = try await Resolver.addresses(of: target.host, port: target.port, deadline: .seconds(10))[0]
        let anyPort = listen.utf8.allSatisfy { 48...57 ~= $0 }
        let own = try Self.endpoint(
            anyPort ? (server.isIPv6 ? "[::1]:" : "127.0.0.1:") + listen : listen, "--listen")
        let address = try await Resolver.addresses(of: own.host, port: own.port, deadline: .seconds(10))[0]
        let seed = seed ?? .random(in: 0..<1_000_000)
        let link = try FaultyLink(to: server, listen: address, toServer: faults, toClient: faults, seed: seed)
        try Terminal.write("relaying \(link.address) to \(server), seed \(seed)\n")
        // Cancelled by Ctrl-C, which is the usual end.
        try? await Task.sleep(for: limit ?? .seconds(315_360_000))
        link.stop()
        for (name, counts) in [("to server", link.toServer), ("to client", link.toClient)] {
            try Terminal.write(
                "\(name): \(counts.received) datagrams, \(counts.lost) lost, \(counts.duplicated) doubled, "
                    + "\(counts.reordered) held back"
                    + (flipPayloadBit == nil ? "" : ", \(counts.flipped) with a flipped bit")
                    + "\n")
        }
        if CommandLineTool.isStoppedFromOutside { throw CancellationError() }
    }

    private static func duration(_ text: String, _ option: String) throws(CoAPError) -> Duration {
        if let duration = DurationText.parse(text) { return duration }
        throw CoAPError(
            .invalidArgument, "\(option) '\(PrintableText.escaped(text.utf8))' is no duration: write 20ms, 1.5s, 2m")
    }

    /// A host and port, as in a URI.
    private static func endpoint(_ text: String, _ option: String) throws(CoAPError) -> CoAPURI {
        // The port is asked for: those who forget it would wonder which one is meant.
        if !text.hasSuffix("]"), let colon = text.lastIndex(of: ":"), !text[text.index(after: colon)...].isEmpty,
            !text.contains("/"),
            let uri = try? CoAPURI("coap://" + text)
        {
            return uri
        }
        throw CoAPError(
            .invalidArgument,
            "\(option) '\(PrintableText.escaped(text.utf8))' is no host and port: write 192.0.2.7:5683 or [::1]:5683")
    }
}
