// SPDX-License-Identifier: Apache-2.0

public import CoAP
public import DeviceSimulator

/// A scenario as it stands in a file, in YAML.
public struct ScenarioDocument: Sendable {
    /// The file's name, as it was given, or the name of a scenario that comes with the program.
    public let name: String

    /// What is simulated.
    public let scenario: Scenario

    /// Reads the text of a file.
    ///
    /// - Parameters:
    ///   - text: the text in UTF-8.
    ///   - name: what to call it in errors.
    /// - Throws: `CoAPError` with code `invalidArgument`, the line, the key and what may stand there when it makes no sense.
    public init(_ text: some Collection<UInt8>, name: String) throws(CoAPError) {
        self.name = name
        scenario = Scenario(name: name)
    }

    /// Reads a scenario from a file, or one that comes with the program.
    ///
    /// - Parameter nameOrPath: `smart-building`, or the path of a file.
    /// - Throws: `CoAPError`: `fileUnavailable` when it cannot be read, `invalidArgument` when it makes no sense.
    public init(_ nameOrPath: String) throws(CoAPError) { try self.init([UInt8](), name: nameOrPath) }

    /// The scenarios that come with the program, by name, each with its sentence.
    public static var shipped: [(name: String, title: String)] { [] }
}
