// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCredentials

@Suite("A folder whose register is lost lets nobody in again")
struct LostRegisterTests {
    private static let reason = "keys/register.json: there is no such file, and it says who was revoked: "

    let box: Sandbox
    var keys: KeyFolder { box.keys }

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize()
        for name in ["pump", "valve"] { _ = try box.keys.addDevice(named: name) }
    }

    private func hasKey(_ name: String, _ security: ServerSecurity) -> Bool {
        security.preSharedKeys?.key(for: Array(name.utf8)) != nil
    }

    private func isRefused<Value>(_ body: () throws(CoAPError) -> Value) -> Bool {
        guard let error = failure(body) else { return false }
        return error.code == .fileUnavailable && error.message.contains(Self.reason)
    }

    /// Expects that neither a server nor a command goes on.
    private func expectRefusal(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = try box.snapshot()
        let refusals = [
            isRefused { () throws(CoAPError) in try keys.serverSecurity() },
            isRefused { () throws(CoAPError) in try keys.initialize() },
            isRefused { () throws(CoAPError) in try keys.addDevice(named: "another") },
            isRefused { () throws(CoAPError) in try keys.addFleet(of: 2, prefix: "fleet-") },
            isRefused { () throws(CoAPError) in try keys.rotateDevice(named: "valve") },
            isRefused { () throws(CoAPError) in try keys.revokeDevice(named: "valve") },
            isRefused { () throws(CoAPError) in try keys.revokeCertificate(from: keys.serverCertificatePath) },
            isRefused { () throws(CoAPError) in try keys.importCertificates(from: keys.certificateAuthorityPath) },
        ]
        #expect(refusals.allSatisfy { $0 }, "\(refusals)", sourceLocation: sourceLocation)
        #expect(try box.snapshot() == before, sourceLocation: sourceLocation)
    }

    @Test func aRevokedKeyThatIsBackIsNotLetIn() throws {
        _ = try keys.addDevice(named: "plain", .preSharedKey)
        let old = try box.text("keys/psk.json")
        // Nothing of it is on a list.
        _ = try keys.revokeDevice(named: "plain")
        #expect(!box.exists("keys/crl.pem"))
        try box.write(old, to: "keys/psk.json")
        let register = try box.text("keys/register.json")
        try box.remove("keys/register.json")
        try expectRefusal()
        // A copy of it that is put back is all that is needed.
        try box.write(register, to: "keys/register.json")
        #expect(try keys.initialize().changedNothing)
        let security = try keys.serverSecurity()
        #expect(!hasKey("plain", security) && hasKey("valve", security))
    }

    @Test func theListAloneShowsThatThereWasOne() throws {
        _ = try keys.revokeDevice(named: "pump")
        try box.remove("keys/register.json", "keys/.registered")
        try expectRefusal()
    }

    @Test func theErrorSaysWhatToDo() throws {
        try box.remove("keys/register.json")
        let message = failure { () throws(CoAPError) in try keys.serverSecurity() }?.message ?? ""
        #expect(
            message
                == "\(box.path(Self.reason))without it they would be let in again; put a copy of it back, or have a new "
                + "one made from what else is here with 'coap keys init --keys \(box.path("keys")) --new-register' and "
                + "revoke once more who is to stay out")
    }

    @Test func aNewOneIsMadeKnowingly() throws {
        let (psk, pump) = (try box.text("keys/psk.json"), try box.text("keys/devices/pump.pem"))
        _ = try keys.revokeDevice(named: "pump")
        let listed = try keys.presentLists().first?.entries
        #expect(listed?.count == 1)
        try box.remove("keys/register.json")
        // What was revoked is back: a key and the certificate, which is on the list.
        try box.write(psk, to: "keys/psk.json")
        try box.write(pump, to: "keys/devices/pump.pem", mode: 0o644)
        let report = try keys.initialize(newRegister: true)
        let made = report.items.filter(\.wasCreated)
        #expect(made.map(\.path) == [box.path("keys/register.json")])
        #expect(made.first?.purpose == "register of devices, 3 certificates, 1 device revoked")
        #expect(box.mode("keys/register.json") == 0o600)
        let security = try keys.serverSecurity()
        #expect(!hasKey("pump", security) && hasKey("valve", security) && hasKey("device-1", security))
        #expect(security.retired.map(\.until) == [.min])
        // Devices can be revoked again, and the list forgets nobody.
        #expect(try keys.revokeDevice(named: "valve").certificates == 1)
        let now = try keys.presentLists().first?.entries ?? []
        #expect(now.count == 2 && now.contains { $0.serial == listed?.first?.serial })
        #expect(try keys.initialize(newRegister: true).changedNothing)
    }

    @Test func anEmptyOneCountsToo() throws {
        for name in ["pump", "valve", "device-1"] {
            try box.remove("keys/devices/\(name).pem", "keys/devices/\(name).key")
        }
        try box.remove("keys/register.json")
        let report = try keys.initialize(newRegister: true)
        #expect(report.items.first?.purpose == "register of devices, 0 certificates, 0 devices revoked")
        #expect(hasKey("valve", try keys.serverSecurity()))
        try box.remove("keys/register.json")
        try expectRefusal()
    }

    @Test func aRunningServerLetsNobodyInWhomItDidNot() throws {
        try box.remove("keys/ca.key")
        let old = try box.text("keys/psk.json")
        _ = try keys.revokeDevice(named: "pump")
        let present = try keys.serverSecurity()
        try box.remove("keys/register.json", "keys/.registered")
        try box.write(old, to: "keys/psk.json")
        var texts: [String] = []
        let kept = try keys.serverSecurity(keeping: present) { texts.append($0.message) }
        #expect(kept.retired == present.retired && kept.retired.count == 1)
        #expect(!hasKey("pump", kept) && hasKey("valve", kept))
        #expect(texts.count == 1 && texts.first?.contains(Self.reason) == true, "\(texts)")
        // Who is taken out by hand is out.
        try box.write("[]", to: "keys/psk.json")
        #expect(try !hasKey("valve", keys.serverSecurity(keeping: kept) { _ in }))
    }

    @Test func aRegisterThatIsBegunAnewTakesNothingFromARunningServer() throws {
        try box.remove("keys/ca.key")
        _ = try keys.revokeDevice(named: "pump")
        let present = try keys.serverSecurity()
        try box.remove("keys/register.json")
        _ = try keys.initialize(newRegister: true)
        #expect(try keys.serverSecurity(keeping: present).retired == present.retired)
    }

    @Test func aFolderThatNeverHadOneWorks() throws {
        try box.remove("keys/register.json", "keys/.registered")
        let before = try box.snapshot()
        #expect(try keys.initialize().changedNothing)
        #expect(try hasKey("pump", keys.serverSecurity()))
        #expect(try box.snapshot() == before)
        // From the first thing to remember on it has one.
        _ = try keys.revokeDevice(named: "pump")
        #expect(box.exists("keys/register.json") && box.exists("keys/.registered"))
        try box.remove("keys/register.json")
        try expectRefusal()
    }

    @Test func aFolderThatIsOlderThanTheMarkGetsIt() throws {
        try box.remove("keys/.registered")
        #expect(try keys.initialize().changedNothing)
        #expect(box.exists("keys/.registered"))
        try box.remove("keys/.registered")
        _ = try keys.addDevice(named: "plain", .preSharedKey)
        try box.remove("keys/register.json")
        try expectRefusal()
    }

    @Test func aFolderThatWasEmptiedIsANewOne() throws {
        let other = try Sandbox()
        _ = try other.keys.initialize()
        let mark = try other.text("keys/.registered")
        try other.remove("keys")
        let fresh = other.keys
        _ = try fresh.initialize()
        try other.remove(
            "keys/ca.pem", "keys/ca.key", "keys/server.pem", "keys/server.key", "keys/psk.json", "keys/register.json",
            "keys/devices")
        #expect(try other.text("keys/.registered") == mark)
        #expect(try fresh.initialize().items.allSatisfy { $0.wasCreated })
        _ = try fresh.serverSecurity()
    }
}
