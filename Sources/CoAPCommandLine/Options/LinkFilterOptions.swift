// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP

/// Which resources are asked for (RFC 6690 §4.1).
struct LinkFilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only those of this type, temperature or temp*.", valueName: "type"))
    var rt: String?

    @Option(
        name: .customLong("if"), help: ArgumentHelp("Only those with this interface, core.s.", valueName: "interface"))
    var interface: String?

    @Option(help: ArgumentHelp("Only those in this format, json or 50.", valueName: "format"), completion: .formats)
    var ct: String?

    @Option(help: ArgumentHelp("Only those with this path, /sensors*.", valueName: "path"))
    var href: String?

    @Option(help: ArgumentHelp("Only those with this title, Air*.", valueName: "title"))
    var title: String?

    /// The filters as arguments of the query, in the order of the help.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for a format that nobody knows.
    func query() throws(CoAPError) -> [String] {
        var query: [String] = []
        if let rt { query.append("rt=\(rt)") }
        if let interface { query.append("if=\(interface)") }
        if let ct { query.append("ct=\(try RequestOptions.format(ct, "--ct").rawValue)") }
        if let href { query.append("href=\(href)") }
        if let title { query.append("title=\(title)") }
        return query
    }
}
