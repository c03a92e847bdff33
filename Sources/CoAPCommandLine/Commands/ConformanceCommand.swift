// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import Conformance
import SenML

/// `coap conformance`: whether a server keeps the rules, by the cases of ETSI's plugtest.
public struct ConformanceCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "conformance", abstract: "Judge a server by the cases of ETSI's CoAP plugtest.",
        discussion: """
            The server needs the plugtest's resources, as coap-server --scenario plugtest has them. Over coaps all cases run \
            inside DTLS; without credentials with the plugtest's own key ('password', 'sesame'). Some cases delete or change \
            what others look at: nobody else should use the server meanwhile, another run of this command least of all.

            Examples:
              coap conformance coap://localhost --secure-port 5684
              coap conformance coaps://localhost --tests 'CORE*' --tests OBS_01
              coap conformance coap://192.0.2.7 --tests 'BLOCK*' -v
              coap conformance coap://localhost --junit conformance.xml

            The exit code is 0 when all cases passed that were not skipped, 1 when one did not or no case could be tried, \
            and as for the other commands when there is no server. When the server falls silent on the way the results up to \
            there are reported, and the exit code is 69.
            """, version: CommandLineTool.version)

    /// How the results are written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, junit
    }

    @Argument(help: ArgumentHelp("The server, coap://host:port or coaps://host:port.", valueName: "uri"))
    var uri: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Which cases, 'CORE*' or 'OBS_01'; all without it. The server stands before it.", valueName: "pattern"))
    var tests: [String] = []

    @Option(
        help: ArgumentHelp("Where the server speaks DTLS, for the cases of DTLS with a coap:// URI.", valueName: "port")
    )
    var securePort: UInt16?

    @Option(help: "How to write the results: text, json or junit.")
    var format: Format = .text

    @Flag(help: "The same as --format json.")
    var json = false

    @Option(help: ArgumentHelp("Write a JUnit report to this file too.", valueName: "file"), completion: .file())
    var junit: String?

    @Flag(name: .shortAndLong, help: "Show every message in both directions.")
    var verbose = false

    @Flag(help: "List the cases and end.")
    var list = false

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Runs the cases and says what became of them.
    public func run() async throws {
        let cases = try TestSuite.selection(tests)
        guard !list else {
            let rows = cases.map { [$0.id, $0.rfc, $0.title] }
            return try Terminal.write(Table(heading: ["CASE", "RFC", "TITLE"], rows: rows).text(for: .output))
        }
        guard let uri else { throw CoAPError(.invalidArgument, "the server is missing: write coaps://host") }
        let format = json ? Format.json : format
        let start = ContinuousClock.now
        let server = try await server(try ServerUnderTest.uri(of: try CoAPURI(uri)))
        let verbose = verbose
        let runner = SuiteRunner(server)
        let failure = Locked<OutputError?>(nil)
        let outcome = try await runner.outcome(of: cases) { result in
            guard format == .text else { return }
            do throws(OutputError) {
                try Terminal.write(TextReport.lines(of: result, showsWire: verbose))
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        let report = SuiteReport(
            server: server.uri.authority, results: outcome.results, duration: ContinuousClock.now - start)
        switch format {
        case .text: try Terminal.write(report.summary + "\n")
        case .json: try Terminal.write(JSONReport.object(report).pretty + "\n")
        case .junit: try Terminal.write(JUnitReport.xml(report))
        }
        if let junit { try OutputFile.write(Array(JUnitReport.xml(report).utf8), to: junit) }
        if outcome.fellSilent {
            throw CoAPError(
                .timeout,
                "\(report.server) fell silent on the way; see whether it still runs, start it again, and repeat the cases "
                    + "that were not tried with --tests")
        }
        if let reason = report.whyNothingWasTried { Terminal.complain("no case could be tried: \(reason)") }
        guard report.isGood else { throw Finished(status: ExitStatus.notConforming) }
    }

    /// Whom to judge, and with which credentials.
    private func server(_ uri: CoAPURI) async throws(CoAPError) -> ServerUnderTest {
        try MulticastAddress.refuse(uri.scheme, uri.host)
        guard let address = try await Resolver.addresses(of: uri.host, port: uri.port, deadline: .seconds(10)).first
        else { throw CoAPError(.unknownHost, "the host has no address") }
        var secureURI: CoAPURI? = uri.scheme == .coaps ? uri : nil
        if let securePort { secureURI = CoAPURI(scheme: .coaps, host: uri.host, port: securePort) }
        var given: ClientSecurity?
        if credentials.isGiven {
            // Without anything secure the credentials' own words say that they are of no use.
            given = try credentials.security(for: secureURI ?? uri)
        }
        let standard = ClientSecurity.preSharedKey(try ServerUnderTest.plugtestKey())
        var certificates: ClientSecurity?
        if case .certificate = given { certificates = given }
        var secure: SocketAddress?
        if let secureURI {
            secure = try SocketAddress(bytes: address.bytes, port: secureURI.port, scope: address.scope)
        }
        return ServerUnderTest(
            uri: uri, address: address, security: uri.scheme == .coap ? .plain : given ?? standard, secure: secure,
            certificates: certificates)
    }
}
