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
        help: ArgumentHelp(
            """
            Have /simulation/faults on this endpoint, where POST has something go wrong with devices: coaps://[::1]:5700 with \
            the keys folder's credentials, or coap:// on this host alone.
            """, valueName: "endpoint"))
    var control: String?

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
        let scenario = try changed(try ScenarioArgument.document(file).scenario)
        if check { return try Terminal.write(ScenarioSummary.text(scenario)) }
        try refuseContradictions()
        // Credentials are for somebody else's server, which is looked for before anything is written.
        let server = try uri.map { (text) throws(CoAPError) in try CoAPURI(text) }
        let planned = try fitted(scenario, to: server)
        let values = try csv.map { (path) throws(OutputError) in
            try ValuesFile(path, planned, start: offline ? nil : planned.start)
        }
        let verdicts = try junit.map { (path) throws(OutputError) in try OutputFile(path) }
        let run = SimulationRun(
            scenario: planned, values: values, isQuiet: quiet, keepsOutput: json || csv == "-" || junit == "-",
            control: control)
        CommandLineTool.takeTime()
        let result =
            if offline {
                await run.offline()
            } else {
                try await run.online(
                    server.map { CoAPURI(scheme: $0.scheme, host: $0.host, port: $0.port) }, credentials)
            }
        try values?.finish()
        try write(result)
        if let verdicts {
            try verdicts.write(Array(SimulationJUnit.xml(result).utf8))
            try verdicts.commit()
        }
        if CommandLineTool.isStoppedFromOutside || result.isCutShort { throw CancellationError() }
        guard result.report.holds else { throw Finished(status: ExitStatus.assertionFailed) }
    }

    private func write(_ result: SimulationResult) throws {
        if json { return try Terminal.write(SimulationJSON.object(result).pretty + "\n") }
        if quiet {
            for verdict in result.report.verdicts where !verdict.holds {
                Terminal.complain("\(verdict.assertion.text): \(verdict.finding)")
            }
        } else if csv == "-" || junit == "-" {
            Terminal.writeError(SimulationText.report(result))
        } else {
            try Terminal.write(SimulationText.report(result))
        }
    }
}
