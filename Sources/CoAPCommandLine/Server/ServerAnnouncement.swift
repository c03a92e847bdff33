// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials

/// What `coap-server` writes when it has started.
struct ServerAnnouncement: Sendable {
    /// What can be typed there.
    let examples: ServerExamples
    /// True for the resources of ETSI's plugtest.
    let isPlugtest: Bool
    /// Those of the keys folder; nil for a server without secure endpoints.
    let hints: ServerHints?
    /// True without a policy.
    let isOpen: Bool

    /// Writes where the server listens and what can be typed there, and warns of endpoints that are open to everybody.
    func write(_ uris: [CoAPURI]) {
        // With the port even where it is the usual one, for scripts that read it.
        let lines = uris.map { uri in
            "listening on \(uri.authority)\(uri.port == uri.scheme.defaultPort ? ":\(uri.port)" : "")\n"
        }
        // Who reads this may have gone; that is no reason not to serve.
        let toPaste = uris.map { ServerHints.text(for: $0, hints, examples) }
        let judging = isPlugtest ? ServerHints.conformance(of: uris) : ""
        try? Terminal.write((lines + toPaste).joined() + judging)
        for uri in uris where uri.scheme == .coap {
            Terminal.complain(
                "\(uri.authority): plain CoAP, anybody who reaches it may "
                    + (isOpen ? "read and write" : "do what the policy allows anonymous peers, and is overheard"))
        }
    }

    /// What the first start says of the credentials it made.
    static func news(_ report: InitializationReport, _ folder: KeyFolder) -> String {
        let path = PrintableText.escaped(folder.absolute.path.utf8)
        guard report.items.allSatisfy(\.wasCreated) else {
            let made = report.items.filter(\.wasCreated).map { PrintableText.escaped($0.path.utf8) }
            return "made what was missing in \(path): \(made.joined(separator: ", "))\n"
        }
        return "made credentials in \(path) for the server and \(KeyFolder.firstDevice)\n"
    }
}
