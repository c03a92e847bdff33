// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Glibc
import Testing

/// A folder that is partly filled is completed without touching what is there, or refused.
struct PartialFolderTests {
    let box: Sandbox

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize()
    }

    private func initialize() -> CoAPError? { failure { () throws(CoAPError) in try box.keys.initialize() } }

    @Test(arguments: [
        ["server.pem", "server.key"], ["server.pem"], ["psk.json"],
    ])
    func whatIsMissingIsMadeAndNothingElseTouched(missing: [String]) async throws {
        for name in missing { try box.remove("keys/\(name)") }
        let before = try box.snapshot()
        let report = try box.keys.initialize()
        #expect(
            Set(report.items.filter(\.wasCreated).map(\.path)) == Set(missing.map { box.path("keys/\($0)") }))
        let after = try box.snapshot()
        for (name, state) in before where name != "keys" && name != "keys/devices" {
            #expect(after[name] == state, "\(name)")
        }
        _ = try box.keys.serverSecurity()
        _ = try box.keys.deviceCredential(named: KeyFolder.firstDevice)
        let verified = try await OpenSSL(
            "verify", "-CAfile", box.path("keys/ca.pem"), box.path("keys/server.pem"),
            box.path("keys/devices/device-1.pem"))
        #expect(verified.status == 0, "\(verified.output)")
    }

    @Test func theFirstDeviceIsMadeAlongWithTheAuthorityAndNeverAgain() throws {
        try box.write(try box.text("keys/devices/device-1.pem"), to: "first.pem")
        let made = try CredentialFiles.certificateSummary(at: box.path("first.pem")).fingerprint
        try box.remove("keys/devices/device-1.pem", "keys/devices/device-1.key", "keys/ca.key")
        // A server that starts needs no authority's key for a device that was moved away.
        #expect(try box.keys.initialize().changedNothing)
        #expect(!box.exists("keys/devices/device-1.pem"))
        // What was made at first is remembered.
        #expect(try box.keys.revokeDevice(named: KeyFolder.firstDevice).certificates == 1)
        #expect(try box.keys.serverSecurity().retired.map(\.fingerprint) == [made])
        try box.remove("keys/psk.json")
        _ = try box.keys.initialize()
        #expect(try box.keys.preSharedKeys().isEmpty && !box.exists("keys/devices/device-1.pem"))
        // Nor with a new authority, as long as the register says so.
        try box.remove("keys/ca.pem", "keys/server.pem", "keys/server.key", "keys/psk.json")
        _ = try box.keys.initialize()
        #expect(try box.keys.preSharedKeys().isEmpty && !box.exists("keys/devices/device-1.pem"))
    }

    @Test func anInterruptedFirstRunIsCompleted() throws {
        try box.remove("keys/ca.pem", "keys/server.pem", "keys/server.key", "keys/psk.json", "keys/devices")
        let key = try box.text("keys/ca.key")
        let report = try box.keys.initialize()
        #expect(report.items.filter { !$0.wasCreated }.map(\.path) == [box.path("keys/ca.key")])
        #expect(try box.text("keys/ca.key") == key)
        _ = try box.keys.serverSecurity()
    }

    @Test func aFirstRunThatMadeTheAuthorityOnlyIsCompleted() throws {
        try box.remove(
            "keys/server.pem", "keys/server.key", "keys/psk.json", "keys/register.json", "keys/.registered",
            "keys/devices/device-1.pem", "keys/devices/device-1.key")
        _ = try box.keys.initialize()
        #expect(try box.keys.devices().map(\.certificate).count { $0 != nil } == 1)
        #expect(try box.text("keys/register.json").contains("device-1"))
        // And nothing is made once more when that is moved to the device.
        try box.remove("keys/devices/device-1.pem", "keys/devices/device-1.key")
        #expect(try box.keys.initialize().changedNothing)
    }

    @Test(arguments: [["server.pem", "server.key"], ["devices/device-1.pem"], []])
    func noNewAuthorityWhereAnOldOneSigned(alsoMissing: [String]) throws {
        _ = try box.keys.addDevice(named: "pump")
        for name in ["ca.pem", "ca.key"] + alsoMissing { try box.remove("keys/\(name)") }
        let before = try box.snapshot()
        let error = initialize()
        #expect(error?.code == .invalidCredentials)
        #expect(error?.message.contains("keys/ca.pem is missing, and ") == true)
        #expect(error?.message.contains("put ca.pem and ca.key back") == true)
        #expect(try box.snapshot() == before)
    }

    @Test func theAuthoritysKeyMayBeKeptElsewhere() throws {
        try box.remove("keys/ca.key")
        #expect(try box.keys.initialize().changedNothing)
        try box.remove("keys/server.pem", "keys/server.key")
        let error = initialize()
        #expect(error?.code == .fileUnavailable)
        #expect(error?.message.contains("keys/ca.key: there is no such file, and no certificate can be signed") == true)
        #expect(!box.exists("keys/server.key"))
    }

    @Test func aCertificateWhoseKeyIsLostIsRefused() throws {
        try box.remove("keys/server.key")
        let error = initialize()
        #expect(error?.code == .invalidCredentials)
        #expect(error?.message.contains("keys/server.pem is there and its key ") == true)
    }

    @Test func aDevicesKeyMayHaveMovedToTheDevice() throws {
        try box.remove("keys/devices/device-1.key")
        let before = try box.snapshot()
        #expect(try box.keys.initialize().changedNothing)
        #expect(try box.keys.addDevice(named: KeyFolder.firstDevice).changedNothing)
        #expect(try box.snapshot() == before)
        let error = failure { () throws(CoAPError) in try box.keys.deviceCredential(named: KeyFolder.firstDevice) }
        #expect(error?.code == .fileUnavailable)
        #expect(error?.message.contains("keys/devices/device-1.key: cannot be read: there is no such file") == true)
    }

    @Test func anAuthoritysKeyThatIsAnothersIsRefused() throws {
        let other = try Sandbox()
        _ = try other.keys.initialize()
        try box.write(try other.text("keys/ca.key"), to: "keys/ca.key")
        try box.remove("keys/server.pem")
        #expect(initialize()?.message.contains("keys/ca.key: this key does not belong to") == true)
    }

    @Test func aRemovedFirstDeviceStaysRemovedWhenThereAreOthers() throws {
        _ = try box.keys.addDevice(named: "pump")
        try box.remove("keys/devices/device-1.pem", "keys/devices/device-1.key")
        #expect(try box.keys.initialize().changedNothing)
        #expect(!box.exists("keys/devices/device-1.pem"))
    }

    @Test func aCloneIsClosedToOthers() throws {
        let clone = try Sandbox()
        mkdir(clone.path("keys"), 0o755)
        try clone.write("*\n", to: "keys/.gitignore", mode: 0o644)
        try clone.write("text\n", to: "keys/README.md", mode: 0o644)
        chmod(clone.path("keys"), 0o775)
        _ = try clone.keys.initialize()
        #expect(clone.mode("keys") == 0o700)
        #expect(clone.mode("keys/README.md") == 0o644)
    }

    @Test func aFolderWithOtherThingsThatOthersMayEnterIsRefused() throws {
        let other = try Sandbox()
        mkdir(other.path("keys"), 0o755)
        try other.write("", to: "keys/notes.txt")
        let before = try other.snapshot()
        let error = failure { () throws(CoAPError) in try other.keys.initialize() }
        #expect(error?.code == .fileUnavailable)
        #expect(
            error?.message
                == "\(other.path("keys")): others may look into it (mode 0755); name a folder of your own, or run: "
                + "chmod 700 \(other.path("keys"))")
        #expect(try other.snapshot() == before)
        chmod(other.path("keys"), 0o700)
        _ = try other.keys.initialize()
    }

    @Test(arguments: ["keys", "keys/devices"])
    func aFolderThatWasOpenedIsRefused(name: String) throws {
        chmod(box.path(name), 0o755)
        #expect(initialize()?.message.hasSuffix("run: chmod 700 \(box.path(name))") == true)
    }

    @Test(arguments: ["ca.key", "server.key", "psk.json", "devices/device-1.key"])
    func aSecretThatOthersMayReadIsRefusedEvenWhenItIsNotNeeded(name: String) throws {
        chmod(box.path("keys/\(name)"), 0o644)
        let error = initialize()
        #expect(error?.code == .fileUnavailable)
        #expect(error?.message.hasSuffix("run: chmod 600 \(box.path("keys/\(name)"))") == true)
    }

    @Test(arguments: [0o666, 0o664] as [mode_t])
    func anAuthorityThatOthersMayExchangeIsRefused(mode: mode_t) throws {
        chmod(box.path("keys/ca.pem"), mode)
        #expect(initialize()?.message.hasSuffix("run: chmod go-w \(box.path("keys/ca.pem"))") == true)
    }

    @Test func aFolderInWhichOthersMayWriteIsRefused() throws {
        chmod(box.path("keys"), 0o777)
        let error = initialize()
        #expect(error?.code == .fileUnavailable)
        #expect(
            error?.message
                == "\(box.path("keys")): others may write in it (mode 0777); name a folder of your own, or run: chmod 700 "
                + box.path("keys"))
    }

    @Test func aFileInTheFoldersPlaceIsRefused() throws {
        let other = try Sandbox()
        try other.write("", to: "keys")
        let error = failure { () throws(CoAPError) in try other.keys.initialize() }
        #expect(error?.code == .fileUnavailable)
        #expect(error?.message.hasSuffix("keys: is not a folder; move it away or name another one") == true)
    }

    @Test func aFolderWithoutParentIsRefused() throws {
        let error = failure { () throws(CoAPError) in
            try KeyFolder(path: box.path("no/such/keys")).initialize()
        }
        #expect(error?.code == .fileUnavailable)
    }
}
