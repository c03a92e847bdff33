// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import SenML

/// `coap doctor`: which step on the way to a server fails, and what to do.
public struct DoctorCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Find out why there is no connection, step by step.",
        discussion: """
            Looks the host up, asks each of its addresses, does a handshake, judges certificate and key, makes a request, and \
            says in plain words which step fails and what to do.

            Examples:
              coap doctor --identity device-1 coaps://localhost
              coap doctor -c device-1.pem -j device-1.key -C ca.pem coaps://localhost
              coap doctor coap://192.0.2.7
              coap doctor --identity device-1 --json coaps://localhost

            The exit code is 0 when a client gets its answers, if from one of several addresses only; 68 when the host is \
            unknown, 69 when nothing or no response comes, 77 when one of the sides refuses the other.
            """, version: CommandLineTool.version)

    @Argument(help: ArgumentHelp("The server, coaps://host:port.", valueName: "uri"))
    var uri: String

    @Option(
        name: [.customShort("B", allowingJoined: true), .customLong("timeout")],
        help: ArgumentHelp("How long each step is waited for; 5 without it.", valueName: "seconds"))
    var timeout: Double?

    @Flag(help: "Show everything as one JSON object.")
    var json = false

    @OptionGroup(title: "Capture")
    var capture: CaptureOptions

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Examines the server and says what was found.
    public func run() async throws {
        let uri = try CoAPURI(uri)
        guard uri.port != 0 else {
            throw CoAPError(.invalidURI, "port 0 cannot be connected to; write the server's port")
        }
        let patience = try timeout.map { seconds throws(CoAPError) -> Duration in
            guard seconds >= 0.1, seconds <= 3600 else {
                throw CoAPError(.invalidArgument, "-B takes seconds, from 0.1 to 3600")
            }
            return .seconds(seconds)
        }
        let security = try credentials.security(for: uri)
        var subject = DiagnosisSubject(uri: uri, security: security)
        if let patience { subject.patience = patience }
        subject.capture = try capture.start()
        let diagnosis = try await Doctor.examine(subject)
        let report = DoctorReport(diagnosis: diagnosis, hint: hint(diagnosis, security), terminal: .output)
        try Terminal.write(json ? report.json.pretty + "\n" : report.text)
        if let finding = diagnosis.finding { throw Finished(status: Self.status(of: finding.finding.kind)) }
    }

    /// What only this side knows about a wrong key; nil without a suspicion.
    private func hint(_ diagnosis: Diagnosis, _ security: ClientSecurity) -> String? {
        guard diagnosis.finding?.finding.kind == .wrongKey else { return nil }
        let explained = credentials.explained(CoAPError(.handshakeFailed, ""), security).message
        return explained.isEmpty ? nil : String(explained.drop { $0 == ";" || $0 == " " })
    }

    /// The exit code for a finding.
    static func status(of kind: HandshakeFinding.Kind) -> Int32 {
        switch kind {
        case .unknownHost: ExitStatus.unknownHost
        case .noRoute, .nobodyListens, .silence, .noResponse, .secureServer: ExitStatus.unavailable
        default: ExitStatus.refused
        }
    }
}
