// SPDX-License-Identifier: Apache-2.0

public import CoAP
public import DeviceSimulator
import PlainYAML

/// A scenario as it stands in a file, in YAML.
///
/// ```yaml
/// scenario: cellar
/// groups:
///   - devices: cellar-{n}
///     count: 3
///     models: {room: {}}
///     resources:
///       sensors/temperature: {sensor: temperature, unit: Cel, signal: room.temperature, noise: 0.05, quantum: 0.1}
/// ```
public struct ScenarioDocument: Sendable {
    /// The file's name, as it was given, or the name of a scenario that comes with the program.
    public let name: String

    /// What is simulated.
    public let scenario: Scenario

    /// Reads the text of a file.
    ///
    /// - Parameters:
    ///   - text: the text in UTF-8; more than 1 MiB is refused.
    ///   - name: what to call it in errors.
    ///   - folder: where the files are that it names, such as recordings; nil refuses them.
    /// - Throws: `CoAPError` with code `invalidArgument`, the line, the key and what may stand there when it makes no sense.
    public init(_ text: some Collection<UInt8>, name: String, folder: String? = nil) throws(CoAPError) {
        self.name = name
        scenario = try ScenarioReader(name: name, folder: folder).read(Array(text))
    }

    /// Reads a scenario from a file, or one that comes with the program.
    ///
    /// - Parameter nameOrPath: `smart-building`, or the path of a file.
    /// - Throws: `CoAPError`: `fileUnavailable` when it cannot be read, `invalidArgument` when it makes no sense.
    public init(_ nameOrPath: String) throws(CoAPError) {
        if let text = Self.shippedText(nameOrPath) {
            try self.init(text, name: nameOrPath)
            return
        }
        // A word is the name of a scenario rather than that of a file.
        if !nameOrPath.contains("/"), !nameOrPath.contains("."), PlainFile.resolved(nameOrPath) == nil {
            let names = Self.shippedNames
            let reason = Section.unknown(nameOrPath, among: names, is: "neither a scenario nor a file")
            throw CoAPError(.fileUnavailable, "\(reason), or the path of a file")
        }
        let text = try PlainFile.contents(at: nameOrPath, maximumSize: YAMLReader.maximumSize)
        let folder = nameOrPath.lastIndex(of: "/").map { String(nameOrPath[...$0]) } ?? "."
        try self.init(text, name: nameOrPath, folder: folder)
    }
}
