// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CoAP
import CoAPCredentials
import Foundation
import PolicyFile

/// `coap policy`: who may do what, by a file.
public struct PolicyCommand: ParsableCommand {
    /// The command's name, help and verbs.
    public static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Check a server's policy, and explain who may do what by it.",
        discussion: """
            A policy is a file in YAML that 'coap-server --policy' serves by. What no rule allows is denied, and a rule that denies \
            goes before all that allow:

              groups:
                operators: [psk:admin, "cert:ops-*"]
              rules:
                - who: operators
                  may: all
                  on: "**"
                - who: anybody
                  may: read
                  on: [sensors/**, device]
                - who: psk:admin
                  deny: write
                  on: firmware

            Examples:
              coap policy check policy.yaml
              coap policy explain --as psk:pump-3 PUT /actuators/led
              coap policy explain --as anonymous GET /sensors/temperature --policy policy.yaml
            """,
        version: CommandLineTool.version,
        subcommands: [PolicyExplainCommand.self, PolicyCheckCommand.self])

    /// Made by the parser.
    public init() {}

    /// The file that is named, or the one in the keys folder.
    ///
    /// - Throws: `CoAPError` with code `fileUnavailable` when none is named and none there.
    static func file(named name: String?, _ keysFolder: KeysFolderOption) throws(CoAPError) -> String {
        if let name {
            guard !name.isEmpty else {
                throw CoAPError(.invalidArgument, "the policy's name is empty; name a file, or leave it out")
            }
            return name
        }
        let path = try keysFolder.folder().path + "/policy.yaml"
        guard FileManager.default.fileExists(atPath: path) else {
            throw CoAPError(
                .fileUnavailable,
                "there is no policy: name its file with --policy, or write \(PrintableText.escaped(path.utf8)); "
                    + "coap policy --help shows what stands in it")
        }
        return path
    }
}
