// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import DeviceSimulator
import ScenarioFile
import SenML

/// `coap simulate`: fleets of devices that report to a server, or their values alone.
public struct SimulateCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run a fleet of simulated devices against a server.",
        discussion: """
            Without a URI the devices report to a server in this process, with credentials made for the run and kept in memory \
            alone. With one they report to that server: their keys and certificates are those of the keys folder by the scenario's \
            identities (coap keys fleet --count 200 --prefix room-), and a path in the URI takes the place of the scenario's. The \
            same seed makes the same values.

            Examples:
              coap simulate smart-building
              coap simulate chaos --junit chaos.xml
              coap simulate fleet --count 5000
              coap simulate greenhouse.yaml coaps://192.0.2.7 --keys fleet
              coap simulate fleet coaps://localhost/data -u 'dev-{n:04}' --psk-file k
              coap simulate smart-building --offline --duration 1h --csv values.csv
              coap simulate --list

            At a terminal a panel shows how the fleet does, elsewhere a line every five seconds. Ctrl-C ends a run with its \
            report, and once more at once.
            """, version: CommandLineTool.version)

    @Argument(
        help: ArgumentHelp(
            "The scenario's file, or the name of one that comes with the program.", valueName: "scenario"),
        completion: .file())
    var file: String?

    @Argument(help: ArgumentHelp("Somebody else's server, coaps://host:port/path.", valueName: "uri"))
    var uri: String?

    @Flag(help: "Make the values without a network, as fast as possible.")
    var offline = false

    @Option(help: ArgumentHelp("End after a simulated time: 90s, 10min, 1h.", valueName: "duration"))
    var duration: String?

    @Option(help: ArgumentHelp("How many simulated seconds pass in a second.", valueName: "number"))
    var speed: Double?

    @Flag(help: "Let no time pass but for the answers.")
    var noWait = false

    @Option(help: ArgumentHelp("Where the random numbers start, instead of the scenario's.", valueName: "number"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("How many devices each group has, instead of the scenario's.", valueName: "number"))
    var count: Int?

    @Flag(help: "Leave out the events that only the simulation's own server can do.")
    var skipServerEvents = false

    @Option(
        help: ArgumentHelp("Write every value to this file; - is the standard output.", valueName: "file"),
        completion: .file())
    var csv: String?

    @Flag(help: "Write the report as one JSON object.")
    var json = false

    @Option(
        help: ArgumentHelp("Write the assertions to this file as a JUnit report, too.", valueName: "file"),
        completion: .file())
    var junit: String?

    @Flag(name: .shortAndLong, help: "Show nothing while it runs, and of the report only what failed.")
    var quiet = false

    @Flag(help: "List the scenarios that come with the program, and end.")
    var list = false

    @Flag(help: "Read the scenario, say what is in it, and end.")
    var check = false

    @Flag(help: "Write the JSON Schema of scenario files, and end.")
    var schema = false

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Simulates, and says what came of it.
    public func run() async throws {
        if list { return try Terminal.write(Self.listing) }
        if schema { return try Terminal.write(ScenarioDocument.schema) }
        guard let file else {
            throw CoAPError(.invalidArgument, "the scenario is missing: name a file, or one of those that --list shows")
        }
        let scenario = try changed(try Self.read(file))
        if check { return try Terminal.write(ScenarioSummary.text(scenario)) }
        try refuseContradictions()
        // Credentials are for somebody else's server, which is looked for before anything is written.
        let server = try uri.map { (text) throws(CoAPError) in try CoAPURI(text) }
        let planned = try fitted(scenario, to: server)
        let values = try csv.map { (path) throws(OutputError) in
            try ValuesFile(path, planned, start: offline ? nil : planned.start)
        }
        let run = SimulationRun(
            scenario: planned, values: values, isQuiet: quiet, keepsOutput: json || csv == "-")
        CommandLineTool.takeTime()
        let result =
            if offline {
                run.offline()
            } else {
                try await run.online(
                    server.map { CoAPURI(scheme: $0.scheme, host: $0.host, port: $0.port) }, credentials)
            }
        try values?.finish()
        try write(result)
        if CommandLineTool.isStoppedFromOutside || result.isCutShort { throw CancellationError() }
        guard result.report.holds else { throw Finished(status: ExitStatus.assertionFailed) }
    }

    private func write(_ result: SimulationResult) throws {
        if let junit { try OutputFile.write(Array(SimulationJUnit.xml(result).utf8), to: junit) }
        if json { return try Terminal.write(SimulationJSON.object(result).pretty + "\n") }
        if quiet {
            for verdict in result.report.verdicts where !verdict.holds {
                Terminal.complain("\(verdict.assertion.text): \(verdict.finding)")
            }
        } else if csv == "-" {
            Terminal.writeError(SimulationText.report(result))
        } else {
            try Terminal.write(SimulationText.report(result))
        }
    }
}

// What the arguments make of a scenario.
extension SimulateCommand {
    private static var listing: String {
        let rows = ScenarioDocument.shipped.map { [$0.name, $0.title] }
        return Table(heading: ["NAME", "TITLE"], rows: rows).text(for: .output)
    }

    /// Reads a scenario; one that makes no sense is bad data and no wrong command line.
    private static func read(_ name: String) throws -> Scenario {
        do throws(CoAPError) {
            return try ScenarioDocument(name).scenario
        } catch  where error.code == .invalidArgument {
            Terminal.complain(error.description)
            throw Finished(status: ExitStatus.badData)
        }
    }

    /// The scenario as the options want it.
    private func changed(_ read: Scenario) throws(CoAPError) -> Scenario {
        var scenario = read
        if let seed { scenario.seed = seed }
        if let duration {
            guard let parsed = DurationText.parse(duration), parsed > .zero else {
                throw CoAPError(
                    .invalidArgument,
                    "--duration '\(PrintableText.escaped(duration.utf8))' is no duration: write 90s, 10min, 1h")
            }
            scenario.duration = parsed / .seconds(1)
        }
        if let speed {
            guard speed > 0, speed.isFinite else {
                throw CoAPError(.invalidArgument, "--speed takes a number above 0; --no-wait is as fast as possible")
            }
            scenario.speed = speed
        }
        if noWait { scenario.speed = .infinity }
        if let count {
            guard (1...100_000).contains(count) else {
                throw CoAPError(.invalidArgument, "--count takes a number from 1 to 100000")
            }
            for index in scenario.groups.indices {
                guard count == 1 || scenario.groups[index].name.text.contains("{n") else {
                    throw CoAPError(
                        .invalidArgument,
                        "--count \(count): '\(PrintableText.escaped(scenario.groups[index].name.text.utf8))' names one "
                            + "device, since it has no {n}")
                }
                scenario.groups[index].count = count
            }
        }
        return scenario
    }

    private func refuseContradictions() throws(CoAPError) {
        guard !json || csv != "-" else {
            throw CoAPError(
                .invalidArgument, "--json and --csv - both want the standard output; take a file for one of them")
        }
        guard !offline || uri == nil else {
            throw CoAPError(.invalidArgument, "--offline needs no server; leave one of both out")
        }
        guard speed == nil || !noWait else {
            throw CoAPError(.invalidArgument, "--speed and --no-wait contradict each other; leave one out")
        }
        guard uri != nil || !credentials.isGiven else {
            throw CoAPError(
                .invalidArgument,
                "credentials are for somebody else's server, and none is named: add coaps://host, or leave them out")
        }
    }

    /// The scenario as it can be run where the devices' server is somebody else's.
    private func fitted(_ scenario: Scenario, to server: CoAPURI?) throws(CoAPError) -> Scenario {
        guard !offline else { return scenario }
        guard scenario.groups.contains(where: { $0.report != nil }) else {
            throw CoAPError(
                .invalidArgument,
                "no device of '\(PrintableText.escaped(scenario.name.utf8))' reports to a server; host them with "
                    + "coap-server --scenario, or add --offline for their values")
        }
        guard !noWait || scenario.duration != nil else {
            throw CoAPError(.invalidArgument, "--no-wait needs an end: add --duration")
        }
        guard let server else { return scenario }
        var scenario = scenario
        for index in scenario.groups.indices where !server.path.isEmpty {
            scenario.groups[index].report?.path = server.path.joined(separator: "/")
        }
        let count = scenario.events.count
        scenario.events.removeAll(where: \.needsOwnServer)
        let removed = count - scenario.events.count
        guard removed == 0 || skipServerEvents else {
            throw CoAPError(
                .invalidArgument,
                "\(removed) of the scenario's events restart the server or change credentials, which cannot be done to "
                    + "somebody else's; leave the URI out, or add --skip-server-events")
        }
        return scenario
    }
}

extension ScenarioEvent {
    /// True for what only the simulation's own server can do.
    fileprivate var needsOwnServer: Bool {
        switch action {
        case .serverRestart, .rotateCredentials, .expireCredentials, .revokeCredentials: true
        case .outage, .rebind, .fault, .write: false
        }
    }
}
