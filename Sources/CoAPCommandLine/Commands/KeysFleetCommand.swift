// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials

/// `coap keys fleet`.
struct KeysFleetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet", abstract: "Add many devices at once: pump-0001, pump-0002 and so on.",
        discussion: """
            All are added or, when one of the names is taken, none. A running coap-server takes them up by itself within two \
            seconds.

            Examples:
              coap keys fleet --count 1000 --prefix pump-
              coap keys fleet --count 50 --prefix visitor- --psk --days 7
              coap keys fleet --count 50 --prefix dev- --digits 4
            """)

    @Option(help: ArgumentHelp("How many devices.", valueName: "n"))
    var count: Int

    @Option(help: ArgumentHelp("What their names begin with.", valueName: "text"))
    var prefix: String

    @Option(
        help: ArgumentHelp(
            "How many digits a number has at least, 1 to 9; as many as the last one needs without it.", valueName: "n"))
    var digits: Int?

    @OptionGroup var kind: CredentialKindOptions

    @Option(help: ArgumentHelp("For how many days their credentials are good.", valueName: "n"))
    var days: Int?

    @OptionGroup var keysFolder: KeysFolderOption

    func run() throws {
        let line = ProgressLine()
        defer { line.clear() }
        let total = count
        let names = try keysFolder.folder().addFleet(of: count, prefix: prefix, kind.kinds, digits: digits, days: days)
        {
            done in
            if done % 50 == 0 { line.show("\(done) of \(total) certificates") }
        }
        line.clear()
        guard let first = names.first, let last = names.last else { return }
        let what =
            switch kind.kinds {
            case .preSharedKey: "a key"
            case .certificate: "a certificate"
            default: "a key and a certificate"
            }
        let which = names.count == 1 ? "1 device" : "\(names.count) devices"
        try Terminal.write(
            "made  \(which) with \(what) each: \(first)\(names.count > 1 ? " to \(last)" : "")\n"
                + KeysCommand.takenUp.replacing("the device", with: "them"))
    }
}
