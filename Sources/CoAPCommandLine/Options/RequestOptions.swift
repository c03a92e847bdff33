// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP

/// How a request is made and its response shown.
struct RequestOptions: ParsableArguments {
    @Option(
        name: [.customShort("A", allowingJoined: true), .customLong("accept")],
        help: ArgumentHelp(
            "The only format to answer in: json, senml, text, link, cbor, a media type or number.", valueName: "format"),
        completion: .formats)
    var accept: String?

    @Option(
        name: [.customShort("o", allowingJoined: true), .long],
        help: ArgumentHelp(
            "Write the body, byte for byte, to this file, once all of it is there; - is the standard output.",
            valueName: "file"), completion: .file())
    var output: String?

    @Flag(name: [.customShort("N"), .customLong("non-confirmable")], help: "Send the request once and repeat nothing.")
    var nonConfirmable = false

    @Option(
        name: [.customShort("B", allowingJoined: true), .customLong("timeout")],
        help: ArgumentHelp(
            "How long the handshake and each message's response may take; 10 and 30 without it.", valueName: "seconds"))
    var timeout: Double?

    @Option(
        name: .customLong("block-size"),
        help: ArgumentHelp(
            "The largest blocks of bodies that do not fit one message: 16, 32, 64, 128, 256, 512 or 1024; 1024 without it.",
            valueName: "bytes"))
    var blockSize: Int?

    @Option(
        name: [.customShort("O", allowingJoined: true), .customLong("option")],
        help: ArgumentHelp(
            "Another option of the request, by number or name, as often as you like; 0x for bytes.",
            valueName: "name=value"))
    var options: [String] = []

    @Flag(name: .shortAndLong, help: "Show the handshake, the cipher, both messages and how long each step took.")
    var verbose = false

    @Flag(help: "Show everything as one JSON object.")
    var json = false

    @Flag(help: "Write the body as it came, without making it readable.")
    var raw = false

    @OptionGroup(title: "Capture") var capture: CaptureOptions

    /// The client's deadlines and limits.
    static func configuration(timeout: Double?, blockSize: Int? = nil) throws(CoAPError) -> ClientConfiguration {
        var configuration = ClientConfiguration()
        if let blockSize {
            guard BlockOption.sizes.contains(blockSize) else {
                throw CoAPError(.invalidArgument, "--block-size takes 16, 32, 64, 128, 256, 512 or 1024")
            }
            configuration.blockSize = blockSize
        }
        if let timeout {
            guard timeout >= 0.001, timeout <= 86_400 else {
                throw CoAPError(.invalidArgument, "-B takes seconds, from 0.001 to 86400")
            }
            configuration.handshakeTimeout = .seconds(timeout)
            configuration.requestTimeout = .seconds(timeout)
        }
        return configuration
    }

    /// Refuses outputs that nobody could tell apart, or find.
    func checkOutput() throws(CoAPError) {
        guard output != "" else {
            throw CoAPError(.invalidArgument, "the name behind -o is empty; name a file, or - for the standard output")
        }
        guard output != "-" || !json else {
            throw CoAPError(
                .invalidArgument,
                "-o - and --json both want the standard output; leave one out, or write the body to a file")
        }
    }

    /// The request's options beyond path and query.
    func apply(to request: inout Request) throws(CoAPError) {
        if let accept { request.options.accept = try Self.format(accept, "-A") }
        for text in options { request.options.append(try OptionArgument.parse(text)) }
    }

    /// A content-format by what a person types.
    static func format(_ name: String, _ option: String) throws(CoAPError) -> ContentFormat {
        if let format = ContentFormat(named: name) { return format }
        throw CoAPError(
            .invalidArgument,
            "\(option) '\(PrintableText.escaped(name.utf8))' is no format: write json, senml, text, link, cbor, octet-stream, "
                + "a media type or a number")
    }
}
