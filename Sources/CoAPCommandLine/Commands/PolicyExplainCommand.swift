// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import PolicyFile
import SenML

/// `coap policy explain`.
struct PolicyExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say whether somebody may do something, and which rule of the policy decides.",
        usage: "coap policy explain --as <identity> <method> <path> [<options>]",
        discussion: """
            Examples:
              coap policy explain --as psk:pump-3 PUT /actuators/led
              coap policy explain --as cert:ops-1 DELETE /log --policy policy.yaml --json
              coap policy explain --as anonymous GET /.well-known/core

            A name without a kind is judged as a key's and as a certificate's, and allowed only when both are. The path is read \
            as in a URI: %2F is a slash within a segment, '.' and '..' are resolved as clients do.

            The exit code is 0 when it is allowed and 77 when it is denied.
            """)

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            """
            Who asks: anonymous, psk:NAME, cert:NAME (a certificate's common name), dns:NAME or uri:NAME (an alternative name), \
            sha256:DIGITS (a fingerprint), or NAME.
            """, valueName: "identity"))
    var identity: String

    @Argument(help: "The method: GET, FETCH, PUT, POST, DELETE, PATCH or iPATCH.")
    var method: String

    @Argument(help: "The path, /sensors/temperature.")
    var path: String

    @Option(
        help: ArgumentHelp("The policy; policy.yaml in the keys folder without it.", valueName: "file"),
        completion: .file())
    var policy: String?

    @Flag(help: "Write JSON.")
    var json = false

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let peers = try SupposedPeer.peers(identity)
        let method = try self.method(named: method)
        let segments = try self.segments(path)
        let document = try PolicyDocument(path: try PolicyCommand.file(named: policy, keysFolder))
        if let holder = SupposedPeer.holder(ofRotated: identity) {
            let shown = PrintableText.escaped(holder.utf8)
            Terminal.complain(
                "a rotated key's holder is what a policy goes by: if this is a key of \(shown), ask --as psk:\(shown)")
        }
        let report = PolicyReport(
            document: document, method: method, path: segments,
            answers: peers.map { peer in
                (peer.name, document.policy.explanation(for: peer.identity, method, segments))
            })
        try Terminal.write(json ? report.json.pretty + "\n" : report.text)
        guard report.isAllowed else { throw Finished(status: ExitStatus.refused) }
    }

    private func method(named name: String) throws(CoAPError) -> Method {
        let lowercased = name.lowercased()
        guard let method = Method.allCases.first(where: { $0.description.lowercased() == lowercased }) else {
            throw CoAPError(
                .invalidArgument,
                "'\(PrintableText.escaped(name.utf8))' is no method; write "
                    + Method.allCases.map(\.description).joined(separator: ", "))
        }
        return method
    }

    private func segments(_ path: String) throws(CoAPError) -> [String] {
        guard !path.contains("://") else {
            throw CoAPError(.invalidArgument, "give the path alone, such as /sensors/temperature, and no URI")
        }
        guard !path.contains("?") else {
            throw CoAPError(.invalidArgument, "a query decides nothing; leave it out, or write '?' as %3F")
        }
        return try CoAPURI.Reference(path).path
    }
}
