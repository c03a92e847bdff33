// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP

/// `coap observe`: a resource as it changes.
public struct ObserveCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "observe", abstract: "Watch a resource as it changes (RFC 7641).",
        discussion: """
            Each value is a line with its time. What else happens goes to the standard error: that the value is stale, \
            because nothing came within its Max-Age; that it resumed; that it ended. Connections that break are made anew, and \
            servers that are unavailable for a while are asked again. Ctrl-C has the server forget it.

            Examples:
              coap observe --identity device-1 coaps://localhost/sensors/temperature
              coap observe --count 20 --json coap://192.0.2.7/time
              coap observe --plot --until 2m --identity device-1 coaps://localhost/sensors/temperature

            A server that answers and does not notify ends it with exit code 69 behind the first value, unless \
            --count 1 wants no more.
            """, version: CommandLineTool.version)

    @Argument(help: ArgumentHelp("The resource, coaps://host:port/path?query.", valueName: "uri"))
    var uri: String

    @Option(
        name: [.customShort("A", allowingJoined: true), .customLong("accept")],
        help: ArgumentHelp("The only format to answer in, as for get.", valueName: "format"), completion: .formats)
    var accept: String?

    @Option(
        name: [.customShort("O", allowingJoined: true), .customLong("option")],
        help: ArgumentHelp("Another option of the registration, as for get.", valueName: "name=value"))
    var options: [String] = []

    @Option(
        name: [.customShort("n", allowingJoined: true), .long],
        help: ArgumentHelp("End after so many values, 1 to 1000000000.", valueName: "number"))
    var count: Int?

    @Option(
        help: ArgumentHelp(
            "End after a duration, 90s, 2m or 1h, or at a time, 18:30 or 2026-11-24T18:30:00Z.", valueName: "time"))
    var until: String?

    @Option(
        name: [.customShort("B", allowingJoined: true), .customLong("timeout")],
        help: ArgumentHelp(
            "How long handshake and registration may take each; 10 and 30 without it.", valueName: "seconds"))
    var timeout: Double?

    @Flag(name: .shortAndLong, help: "Show the handshake and the cipher.")
    var verbose = false

    @Flag(help: "Show everything as JSON, one object a line.")
    var json = false

    @Flag(help: "Draw a chart of the numbers; lines where the standard output is no terminal.")
    var plot = false

    @OptionGroup(title: "Integrity")
    var digest: DigestOptions

    @OptionGroup(title: "Capture")
    var capture: CaptureOptions

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Observes until it is told to end, or has to.
    public func run() async throws {
        guard count.map({ (1...1_000_000_000).contains($0) }) ?? true else {
            throw CoAPError(.invalidArgument, "--count takes a number from 1 to 1000000000")
        }
        guard !json || !plot else {
            throw CoAPError(.invalidArgument, "--json and --plot both want the standard output; leave one out")
        }
        let limit = try until.map { text throws(CoAPError) in try MomentText.parse(text) }
        let uri = try CoAPURI(uri)
        var request = Options()
        if let accept { request.accept = try RequestOptions.format(accept, "-A") }
        for text in options { request.append(try OptionArgument.parse(text)) }
        var configuration = try RequestOptions.configuration(timeout: timeout)
        guard !digest.usesStandardInput || credentials.pskFile != "-" else {
            throw CoAPError(
                .invalidArgument,
                "--psk-file - and --digest-key both want the standard input; take a file for one of them")
        }
        try digest.apply(to: &request, &configuration)
        let security = try credentials.security(for: uri)
        configuration.capture = try capture.start()
        let transcript = Transcript(isOn: verbose)
        transcript.connecting(uri, security, authorities: try credentials.authoritiesPath())
        let chart = plot && Terminal.output.isInteractive ? ChartScreen(title: uri.description) : nil
        let run = ObservationRun(
            uri: uri, security: security, configuration: configuration,
            options: request, count: count, writer: ObservationWriter(json: json, chart: chart),
            transcript: transcript)
        do {
            try await Self.finish(run, after: limit)
            chart?.leave()
        } catch let error as CoAPError {
            chart?.leave()
            throw credentials.explained(error, security)
        } catch {
            chart?.leave()
            throw error
        }
    }

    /// Runs it to its end, or until the time is up.
    private static func finish(_ run: ObservationRun, after limit: Duration?) async throws {
        let values = Locked(0)
        let isTimeUp = Locked(false)
        let observing = Task {
            try await run.observe {
                values.withLock { values in
                    values += 1
                    return values
                }
            }
        }
        let timer = limit.map { limit in
            Task {
                try await Task.sleep(for: limit)
                isTimeUp.withLock { $0 = true }
                observing.cancel()
            }
        }
        defer { timer?.cancel() }
        let end: ObservationRun.End
        do {
            end = try await withTaskCancellationHandler {
                try await observing.value
            } onCancel: {
                observing.cancel()
            }
        } catch let error as CoAPError where error.code == .cancelled && isTimeUp.withLock({ $0 }) {
            guard values.withLock({ $0 }) == 0 else { return }
            throw CoAPError(.timeout, "no value came from \(run.uri.authority) in all the time")
        }
        if case .ended(let reason) = end { throw Finished(status: ObservationRun.status(of: reason)) }
    }
}
