// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import DeviceSimulator
import Foundation
import Testing

@testable import CoAPCommandLine

@Suite("Devices without credentials in a keys folder")
struct MissingCredentialsTests {
    private static func error(_ name: String, _ count: Int, _ pattern: String, isKey: Bool = true) -> String? {
        var missing = MissingCredentials(KeyFolder(path: "keys"))
        var group = DeviceGroup(name: NamePattern(name))
        group.count = count
        var scenario = Scenario(name: "s")
        scenario.groups = [group]
        for device in Fleet(scenario).devices {
            missing.add(device, NamePattern(pattern), isKey: isKey)
        }
        return missing.error(of: count)?.message
    }

    @Test(
        "The command makes just the names that are wanted",
        arguments: [
            ("dev-{n:04}", 50, "{name}", "fleet --count 50 --prefix dev- --digits 4 --psk;"),
            ("dev-{n:04}", 5000, "{name}", "fleet --count 5000 --prefix dev- --psk;"),
            ("dev-{n}", 12, "key-{n}", "fleet --count 12 --prefix key- --digits 1 --psk;"),
            ("pump", 1, "{name}", "add pump --psk;"),
            ("dev-{n}", 3, "{n}-key", "add 1-key --psk (and so on for 2 more);"),
        ])
    func commands(name: String, count: Int, pattern: String, command: String) throws {
        let error = try #require(Self.error(name, count, pattern))
        #expect(error.contains("has nothing for \(count) of \(count) device"), "\(error)")
        #expect(error.contains("make it with: coap keys \(command)"), "\(error)")
    }

    @Test("Certificates are made for those that want them")
    func certificates() throws {
        let error = try #require(Self.error("c-{n}", 5, "{name}", isKey: false))
        #expect(error.hasSuffix("make it with: coap keys fleet --count 5 --prefix c- --certificate"), "\(error)")
    }
}
