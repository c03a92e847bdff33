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
            The faults are those of each direction and of each client alone. The same seed does the same to the same datagrams.

            Examples:
              coap relay --to [::1]:5684 --listen 15684 --loss 0.3
              coap relay --to [::1]:5683 --listen 15683 --flip-payload-bit 3
              coap relay --to 192.0.2.7:5683 --listen 0.0.0.0:15683 --delay 200ms --jitter 100ms --duplicate 0.1 --seed 7
              coap relay --to [::1]:5684 --listen 15684 --burst 0.01,0.2,0.8 --bandwidth 20kbit/s --mtu 1280
              coap relay --to [::1]:5684 --listen 15684 --rebind-every 2m --outage-every 5m --outage 20s
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

    @Option(
        help: ArgumentHelp(
            """
            Lose datagrams in bursts: how probable it is before each datagram that a burst begins, that it ends, and that a datagram \
            is lost in it, each 0 to 1. Bursts are 1/end datagrams long on average; outside them --loss holds.
            """, valueName: "begin,end,loss"))
    var burst: String?

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
        help: ArgumentHelp(
            "Lose what is larger: the bytes of a packet with 48 for the headers of IPv6 and UDP.", valueName: "bytes"))
    var mtu: Int?

    @Option(
        help: ArgumentHelp(
            "How much passes in a second, headers included: 9600bit/s, 250kbit/s, 1.5Mbit/s. What comes faster waits.",
            valueName: "rate"))
    var bandwidth: String?

    @Option(
        help: ArgumentHelp("How many bytes may wait for --bandwidth; what comes then is lost.", valueName: "bytes"))
    var queue = 65_536

    @Option(
        name: .customLong("rebind-every"),
        help: ArgumentHelp(
            "Show the server other ports of all clients again and again, as a translator of addresses does that forgets them.",
            valueName: "duration"))
    var rebindEvery: String?

    @Option(
        name: .customLong("outage-every"),
        help: ArgumentHelp("Let nothing pass again and again, for as long as --outage says.", valueName: "duration"))
    var outageEvery: String?

    @Option(help: ArgumentHelp("How long such an outage is.", valueName: "duration"))
    var outage = "5s"

    @Option(
        help: ArgumentHelp(
            "How many clients there may be; the one that was silent for longest makes room.", valueName: "number"))
    var clients = 200

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
        let faults = try faults()
        guard clients > 0 else { throw CoAPError(.invalidArgument, "--clients takes a number from 1") }
        let limit = try Self.duration(limit, "--for")
        let rebindEvery = try Self.interval(rebindEvery, "--rebind-every")
        let outageEvery = try Self.interval(outageEvery, "--outage-every")
        let outage = try Self.duration(outage, "--outage") ?? .zero
        let target = try Self.endpoint(to, "--to")
        let server = try await Resolver.addresses(of: target.host, port: target.port, deadline: .seconds(10))[0]
        let anyPort = listen.utf8.allSatisfy { 48...57 ~= $0 }
        let own = try Self.endpoint(
            anyPort ? (server.isIPv6 ? "[::1]:" : "127.0.0.1:") + listen : listen, "--listen")
        let address = try await Resolver.addresses(of: own.host, port: own.port, deadline: .seconds(10))[0]
        let seed = seed ?? .random(in: 0..<1_000_000)
        let link = try FaultyLink(
            to: server, listen: address, toServer: faults, toClient: faults, seed: seed,
            maximumFlows: clients)
        try Terminal.write("relaying \(link.address) to \(server), seed \(seed)\n")
        await withTaskGroup(of: Void.self) { group in
            if let rebindEvery {
                group.addTask {
                    while (try? await Task.sleep(for: rebindEvery)) != nil { link.rebind() }
                }
            }
            if let outageEvery {
                group.addTask {
                    while (try? await Task.sleep(for: outageEvery)) != nil {
                        link.interrupt(true)
                        try? await Task.sleep(for: outage)
                        link.interrupt(false)
                    }
                }
            }
            // Cancelled by Ctrl-C, which is the usual end.
            try? await Task.sleep(for: limit ?? .seconds(315_360_000))
            group.cancelAll()
        }
        link.stop()
        for (name, counts) in [("to server", link.toServer), ("to client", link.toClient)] {
            try Terminal.write("\(name): \(summary(counts))\n")
        }
        if CommandLineTool.isStoppedFromOutside { throw CancellationError() }
    }

    /// What was counted, with what was asked for.
    private func summary(_ counts: LinkCounts) -> String {
        var parts = [
            "\(counts.received) datagrams", "\(counts.lost) lost", "\(counts.duplicated) doubled",
            "\(counts.reordered) held back",
        ]
        if mtu != nil { parts.append("\(counts.tooLarge) too large") }
        if bandwidth != nil { parts.append("\(counts.overflowed) without a place") }
        if flipPayloadBit != nil { parts.append("\(counts.flipped) with a flipped bit") }
        return parts.joined(separator: ", ")
    }

    /// What goes wrong, by the options.
    private func faults() throws(CoAPError) -> LinkFaults {
        var faults = LinkFaults()
        for (name, value) in [("--loss", loss), ("--duplicate", duplicate), ("--reorder", reorder)] {
            guard (0...1).contains(value) else {
                throw CoAPError(.invalidArgument, "\(name) takes a probability from 0 to 1")
            }
        }
        (faults.loss, faults.duplication, faults.reordering) = (loss, duplicate, reorder)
        faults.burst = try burst.map(Self.burst)
        guard (flipPayloadBit ?? 0) >= 0 else {
            throw CoAPError(.invalidArgument, "--flip-payload-bit takes a bit's number, from 0")
        }
        faults.flippedPayloadBit = flipPayloadBit
        faults.delay = try Self.duration(delay, "--delay") ?? .zero
        faults.jitter = try Self.duration(jitter, "--jitter") ?? .zero
        guard (mtu ?? 1) > 0 else { throw CoAPError(.invalidArgument, "--mtu takes a number of bytes from 1") }
        faults.mtu = mtu
        faults.bandwidth = try bandwidth.map(Self.bandwidth)
        guard queue >= 0 else { throw CoAPError(.invalidArgument, "--queue takes a number of bytes from 0") }
        faults.queue = queue
        return faults
    }

    private static func burst(_ text: String) throws(CoAPError) -> BurstLoss {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }
        guard parts.count == 3, text.count(where: { $0 == "," }) == 2, parts.allSatisfy({ (0...1).contains($0) }) else {
            throw CoAPError(
                .invalidArgument,
                "--burst '\(PrintableText.escaped(text.utf8))' is not three probabilities from 0 to 1: write 0.01,0.2,0.8"
            )
        }
        return BurstLoss(enter: parts[0], leave: parts[1], loss: parts[2])
    }

    private static func bandwidth(_ text: String) throws(CoAPError) -> Double {
        // The longest first: a number before the bit/s of kbit/s is none.
        for (unit, factor) in [("kbit/s", 1e3), ("Mbit/s", 1e6), ("bit/s", 1)] where text.hasSuffix(unit) {
            guard let number = Double(text.dropLast(unit.count)), (1...1e12).contains(number * factor) else { break }
            return number * factor
        }
        throw CoAPError(
            .invalidArgument,
            "--bandwidth '\(PrintableText.escaped(text.utf8))' is no rate: write 9600bit/s, 250kbit/s, 1.5Mbit/s")
    }

    private static func duration(_ text: String?, _ option: String) throws(CoAPError) -> Duration? {
        guard let text else { return nil }
        if let duration = DurationText.parse(text) { return duration }
        throw CoAPError(
            .invalidArgument, "\(option) '\(PrintableText.escaped(text.utf8))' is no duration: write 20ms, 1.5s, 2m")
    }

    /// A time between two things of a kind, which is not zero.
    private static func interval(_ text: String?, _ option: String) throws(CoAPError) -> Duration? {
        let duration = try duration(text, option)
        guard duration != .zero else { throw CoAPError(.invalidArgument, "\(option) takes a time above zero") }
        return duration
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
