// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import SenML

/// `coap discover`: the resources of a server, or of all servers of a group (RFC 6690, RFC 7252 §7.2, §8).
public struct DiscoverCommand: AsyncParsableCommand {
    /// The command's name and help.
    public static let configuration = CommandConfiguration(
        commandName: "discover", abstract: "List the resources of a server, or of all that hear a multicast.",
        discussion: """
            Examples:
              coap discover --identity device-1 coaps://localhost
              coap discover --identity device-1 coaps://localhost --rt 'temp*' --ct cbor
              coap discover --multicast
              coap discover --multicast 'coap://[ff02::fd]' --interface eth0 --wait 2

            Of servers that a multicast reaches those keep silent that have nothing to list, so that it ends with exit code 69 \
            when no resource matches, and when there is no server.
            """, version: CommandLineTool.version)

    @Argument(
        help: ArgumentHelp(
            "The server, coaps://host:port; with --multicast the group, coap://address.", valueName: "uri"))
    var uri: String?

    @Argument(
        help: ArgumentHelp("Only those with this attribute, rt=temperature or href=/sensors*.", valueName: "filter"))
    var filters: [String] = []

    @OptionGroup(title: "Filters")
    var filter: LinkFilterOptions

    @Flag(help: "Show a table, as it is done without a terminal.")
    var table = false

    @Flag(help: "Show a tree of the paths, as it is done at a terminal.")
    var tree = false

    @Flag(help: "Ask all servers of a group at once, on plain CoAP; all CoAP nodes, 224.0.1.187, without a URI.")
    var multicast = false

    @Option(help: ArgumentHelp("Where to multicast; every interface that can without it.", valueName: "interface"))
    var interface: String?

    @Option(help: ArgumentHelp("How long answers to a multicast are waited for; 6 without it.", valueName: "seconds"))
    var wait: Double?

    @OptionGroup(title: "Request")
    var request: RequestOptions

    @OptionGroup(title: "Credentials")
    var credentials: CredentialOptions

    /// Made by the parser.
    public init() {}

    /// Refuses what does not go together.
    public func validate() throws {
        guard !(table && tree) else { throw ValidationError("--table and --tree exclude each other; leave one out") }
        guard !request.json || !table && !tree else {
            throw ValidationError("--json and \(table ? "--table" : "--tree") exclude each other; leave one out")
        }
        let useless = multicast ? MulticastUsage.useless(request, credentials) : []
        guard useless.isEmpty else {
            throw ValidationError(
                "\(useless.joined(separator: ", ")): of no use with --multicast, which sends one plain request; leave "
                    + (useless.count == 1 ? "it out" : "them out"))
        }
        guard multicast || uri != nil else {
            throw ValidationError("name the server, coaps://host:port, or ask all with --multicast")
        }
        guard multicast || interface == nil && wait == nil else {
            throw ValidationError("--interface and --wait go with --multicast only")
        }
    }

    /// Asks for `.well-known/core` and shows it.
    public func run() async throws {
        var query = try filter.query() + filters
        // Without a URI the first argument is a filter already.
        let group = multicast && uri?.contains("://") == false ? nil : uri
        if group == nil, let uri { query.append(uri) }
        if multicast, let address = query.lazy.compactMap(MulticastUsage.uri).first {
            throw CoAPError(.invalidArgument, "an address is no group yet: write \(address.authority)")
        }
        for filter in query where LinkFilter(filter) == nil {
            throw CoAPError(
                .invalidArgument,
                "'\(PrintableText.escaped(filter.utf8))' is no filter: write name=value, such as rt=temperature")
        }
        if multicast { return try await askAll(group, query) }
        var target = try CoAPURI(uri ?? "")
        target.path = [".well-known", "core"]
        target.query += query
        var runner = RequestRunner(uri: target, method: .get, credentials: credentials, options: request)
        runner.ifEmpty = query.isEmpty ? "the server lists no resource" : "no resource matches"
        let heading = target.authority
        // In case the server knows no filter, or one only.
        runner.filterLinks = { [query] in $0.filtered(by: query.compactMap(LinkFilter.init)) }
        runner.renderLinks = { text(of: $0, heading, .output) }
        try await runner.run()
    }

    /// Links as it was asked to show them; nil for none.
    private func text(of links: LinkFormat, _ heading: String, _ terminal: Terminal) -> String? {
        guard !links.links.isEmpty else { return nil }
        return tree || terminal.isInteractive && !table
            ? LinkTree(links, heading: heading).text(for: terminal) : BodyRenderer.links(links, terminal)
    }

    // MARK: Multicast

    private func askAll(_ uri: String?, _ query: [String]) async throws {
        var configuration = MulticastConfiguration()
        var group = MulticastGroup.allCoAPNodes
        if let uri {
            let parsed = try CoAPURI(uri)
            guard parsed.scheme == .coap, parsed.path.isEmpty, parsed.query.isEmpty else {
                throw CoAPError(
                    .invalidURI,
                    "'\(PrintableText.escaped(uri.utf8))' is no group: write coap://address:port, as DTLS speaks to one host"
                )
            }
            group = try MulticastGroup(parsed.host)
            configuration.port = parsed.port
        }
        if let interface { group = group.on(interface: interface) }
        if let wait {
            guard wait >= 0.001, wait <= 3600 else {
                throw CoAPError(.invalidArgument, "--wait takes seconds, from 0.001 to 3600")
            }
            configuration.duration = .seconds(wait)
        }
        let answers = try await CoAPClient.discover(from: group, filters: query, configuration: configuration)
        let found = answers.compactMap { answer -> (heading: String, links: LinkFormat)? in
            guard answer.response.code.isSuccess, let document = try? LinkFormat(parsing: answer.response.payload)
            else {
                return nil
            }
            let links = document.filtered(by: query.compactMap(LinkFilter.init))
            return links.links.isEmpty ? nil : ("coap://\(answer.address)", links)
        }
        if request.json {
            let servers = found.map { server in
                JSONValue.object([
                    .init("server", .string(server.heading)), .init("links", LinkJSON.list(server.links)),
                ])
            }
            try Terminal.write(JSONValue.array(servers).pretty + "\n")
        } else {
            try show(found)
        }
        // What came before somebody lost patience is still worth something.
        try Task.checkCancellation()
        guard found.isEmpty else { return }
        let matching = query.isEmpty ? "" : " that matches"
        Terminal.complain(
            answers.isEmpty
                ? "no server of \(group) answered within \(wait ?? 6) s"
                    + (query.isEmpty ? "" : " with a resource\(matching)")
                : "none that answered has a resource\(matching)")
        throw Finished(status: ExitStatus.unavailable)
    }

    /// Shows each server with its links.
    private func show(_ found: [(heading: String, links: LinkFormat)]) throws(OutputError) {
        let terminal = Terminal.output
        let isTree = tree || terminal.isInteractive && !table
        let texts = found.map { server in
            // A tree has its heading.
            (isTree ? "" : server.heading + "\n") + (text(of: server.links, server.heading, terminal) ?? "")
        }
        try Terminal.write(texts.joined(separator: "\n"))
    }
}
