// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP
import CoAPCredentials
import Foundation

/// Where the credentials are, for every command that needs some.
struct KeysFolderOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The keys folder; without it the one that the environment names in COAP_KEYS, or keys.", valueName: "dir"),
        completion: .directory)
    var keys: String?

    /// The folder.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for an empty name.
    func folder() throws(CoAPError) -> KeyFolder { try Self.folder(named: keys) }

    /// The folder of this name, or of the environment.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for an empty name, as an unset variable of a script gives one: that
    ///   would be the working directory.
    static func folder(
        named name: String?, _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CoAPError) -> KeyFolder {
        guard name != "" else {
            throw CoAPError(.invalidArgument, "--keys is empty; name a folder, or leave the option out")
        }
        let standard = environment["COAP_KEYS", default: ""]
        return KeyFolder(path: name ?? (standard.isEmpty ? "keys" : standard))
    }
}
