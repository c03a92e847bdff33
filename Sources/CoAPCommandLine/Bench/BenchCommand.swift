// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import SenML

/// `coap bench`: loads servers in turn and compares them.
public struct BenchCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure requests per second, latencies and CPU time of servers, side by side.",
        discussion: """
            Several servers are loaded in turn, round after round, so that what else the machine does hits all of them. \
            Figures are medians of the rounds; ratios compare with the first server.

            Examples:
              coap bench coap://h:5683/time --pid 4711 coap://h:6683/x --pid 4712
              coap bench --identity device-1 --rounds 3 --json coaps://localhost/device
            """, version: CommandLineTool.version)

    @Argument(help: ArgumentHelp("The resources to read, one for each server.", valueName: "uri"))
    var uris: [String]

    @Option(
        help: ArgumentHelp("The process of each server, in the order of the URIs, for its CPU time.", valueName: "pid"))
    var pid: [Int32] = []

    @Option(help: "A name for each server, in the order of the URIs.")
    var name: [String] = []

    @Option(help: "How many connections to each server, 1 to 1000.")
    var connections = 16

    @Option(help: "How many requests are under way on each connection, 1 to 255.")
    var window = 4

    @Option(help: ArgumentHelp("How long each round counts.", valueName: "seconds"))
    var duration = 2.0

    @Option(help: ArgumentHelp("How long each round loads the server before it counts.", valueName: "seconds"))
    var warmUp = 0.3

    @Option(help: "How many rounds.")
    var rounds = 5

    @Flag(help: "Show the figures as JSON.")
    var json = false

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Loads the servers and shows the figures.
    public func run() async throws {
        try check()
        var targets: [Target] = []
        for (index, text) in uris.enumerated() {
            let uri = try CoAPURI(text)
            var request = Request(method: .get)
            request.options.uriPath = uri.path
            request.options.uriQuery = uri.query
            let plan = LoadPlan(
                uri: uri, request: request, connections: connections, window: window, duration: .seconds(duration),
                warmUp: .seconds(warmUp), serverProcess: index < pid.count ? pid[index] : nil)
            let security = uri.scheme == .coap ? ClientSecurity.plain : try credentials.security(for: uri)
            let shown = PrintableText.escaped((index < name.count ? name[index] : uri.authority).utf8)
            targets.append(Target(name: shown, plan: plan, security: security))
        }
        let (runs, interruption) = try await load(targets)
        // What was measured before somebody lost patience is still worth something.
        guard runs.allSatisfy({ !$0.isEmpty }) else { throw interruption ?? CancellationError() }
        let report = BenchReport(names: targets.map(\.name), runs: runs)
        try Terminal.write((json ? report.json.pretty : report.text) + "\n")
        if let interruption { throw interruption }
        for (target, runs) in zip(targets, runs) where runs.allSatisfy({ $0.successes == 0 }) {
            Terminal.complain("\(target.name) answered no request with success; see what it says with: coap get URI")
            throw Finished(status: ExitStatus.unavailable)
        }
    }

    private struct Target {
        var name: String
        var plan: LoadPlan
        var security: ClientSecurity
    }

    /// Refuses what cannot be measured.
    private func check() throws(CoAPError) {
        guard (1...1000).contains(connections), (1...255).contains(window), (1...1000).contains(rounds),
            duration > 0, duration <= 3600, warmUp >= 0, warmUp <= 60
        else {
            throw CoAPError(
                .invalidArgument,
                "1 to 1000 connections, a window of 1 to 255, 1 to 1000 rounds, up to 3600 seconds and a warm-up of up to 60 "
                    + "can be measured")
        }
        for (option, count) in [("--pid", pid.count), ("--name", name.count)] where count > uris.count {
            throw CoAPError(
                .invalidArgument,
                "there are \(count) \(option) and \(uris.count) URIs; give one for each URI, in their order")
        }
        for process in pid where ProcessTime.cpu(of: process) == nil {
            throw CoAPError(.invalidArgument, "--pid \(process): there is no such process; give the server's")
        }
    }

    /// Loads the servers in turn; when that is interrupted, what was measured until then.
    private func load(_ targets: [Target]) async throws -> (runs: [[LoadResult]], interruption: (any Error)?) {
        var runs: [[LoadResult]] = targets.map { _ in [] }
        let progress = ProgressLine()
        defer { progress.clear() }
        for round in 1...rounds {
            for (index, target) in targets.enumerated() {
                progress.show("round \(round) of \(rounds): \(target.name)")
                do {
                    runs[index].append(try await Self.load(target.plan, target.security))
                } catch  where Task.isCancelled {
                    return (runs, CancellationError())
                }
            }
        }
        return (runs, nil)
    }

    private static func load(_ plan: LoadPlan, _ security: ClientSecurity) async throws -> LoadResult {
        guard case .plain = security else { return try await SecureLoad(plan: plan, security: security).run() }
        let addresses = try await Resolver.addresses(
            of: plan.uri.host, port: plan.uri.port, deadline: .seconds(10))
        return try PlainLoad(plan: plan).run(addresses)
    }
}
