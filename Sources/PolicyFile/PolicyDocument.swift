// SPDX-License-Identifier: Apache-2.0

public import CoAP
import CoAPCredentials

/// A policy as it stands in a file, in YAML.
///
/// ```yaml
/// groups:
///   operators: [psk:admin, "cert:ops-*"]
/// rules:
///   - who: operators
///     may: all
///     on: "**"
///   - who: anybody
///     may: read
///     on: [sensors/**, device]
///   - who: psk:admin
///     deny: write
///     on: firmware
/// ```
public struct PolicyDocument: Sendable {
    /// The file's name, as it was given.
    public let name: String

    /// The rules, each with its line.
    public let policy: AccessPolicy

    /// The groups that no rule names, with their lines.
    let unusedGroups: [(name: String, line: Int)]

    /// What has no effect: rules that can never decide, and groups that no rule names; a line of the file and what is wrong
    /// with it, in the file's order.
    public var warnings: [(line: Int, text: String)] {
        let idle = policy.idleRules.map { idle in
            (line: policy.rules[idle.rule].line ?? 0, text: "this rule can never decide: \(idle.reason)")
        }
        let unused = unusedGroups.map { (line: $0.line, text: "no rule is about the group '\($0.name)'") }
        return (idle + unused).sorted { $0.line < $1.line }
    }

    /// Reads a file of at most 1 MiB.
    ///
    /// - Parameter path: the file's path.
    /// - Throws: `CoAPError`: `fileUnavailable` when it cannot be read, is larger, or everybody may write to it;
    ///   `invalidPolicy` with the line, the key and what may stand there when it makes no sense.
    public init(path: String) throws(CoAPError) {
        try self.init(try CredentialFiles.authority(at: path), name: path)
    }

    /// Reads the text of a file.
    ///
    /// - Parameters:
    ///   - text: the text in UTF-8; more than 1 MiB is refused.
    ///   - name: what to call it in errors.
    /// - Throws: `CoAPError` with code `invalidPolicy` as above.
    public init(_ text: some Collection<UInt8>, name: String) throws(CoAPError) {
        self.name = name
        (policy, unusedGroups) = try PolicyReader(name: name).read(Array(text))
    }
}
