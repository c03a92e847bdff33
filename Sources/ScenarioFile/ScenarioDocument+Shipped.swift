// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator

// The scenarios that come with the program, and the schema for editors.
extension ScenarioDocument {
    /// The scenarios that come with the program, by name, each with its sentence.
    public static var shipped: [(name: String, title: String)] {
        files.map { file in (file.name, (try? ScenarioDocument(file.text, name: file.name))?.scenario.title ?? "") }
    }

    /// The text of a scenario that comes with the program, in YAML.
    ///
    /// - Parameter name: one of those of ``shipped``.
    /// - Returns: the file's bytes; nil for another name.
    public static func shippedText(_ name: String) -> [UInt8]? { files.first { $0.name == name }?.text }

    /// The JSON Schema (draft 2020-12) of scenario files, by which editors complete and check them.
    public static var schema: [UInt8] { PackageResources.scenario_schema_json }

    /// The names of the scenarios that come with the program.
    static var shippedNames: [String] { files.map(\.name) }

    private static var files: [(name: String, text: [UInt8])] {
        [
            ("thermostat", PackageResources.thermostat_yaml),
            ("smart-building", PackageResources.smart_building_yaml),
            ("greenhouse", PackageResources.greenhouse_yaml),
            ("cold-chain", PackageResources.cold_chain_yaml),
            ("chaos", PackageResources.chaos_yaml),
            ("fleet", PackageResources.fleet_yaml),
            ("plugtest", PackageResources.plugtest_yaml),
        ]
    }
}
