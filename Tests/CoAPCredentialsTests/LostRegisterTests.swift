// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
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
            isRefused { () throws(CoAPError) in try keys.rotateServer() },
            isRefused { () throws(CoAPError) in try keys.rotateAuthority() },
            isRefused { () throws(CoAPError) in try keys.retireOldAuthority() },
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
                + "one made from what else is here with 'coap keys init --keys \(box.path("keys")) --new-register', and "
                + "name with --revoked NAME each who is to stay out")
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

    @Test func whatTheListNamesIsInTheNewOne() async throws {
        for name in ["pump", "valve"] { try box.write(try box.text("keys/devices/\(name).pem"), to: "\(name).pem") }
        _ = try keys.revokeDevice(named: "pump")
        _ = try keys.rotateAuthority()
        _ = try keys.addDevice(named: "fresh")
        try box.write(try box.text("keys/devices/fresh.pem"), to: "fresh.pem")
        _ = try keys.revokeDevice(named: "fresh")
        let serials = try keys.presentLists().map { $0.entries.map(\.serial) }
        try box.remove("keys/register.json")
        let report = try keys.initialize(newRegister: true)
        #expect(report.items.first?.purpose == "register of devices, 4 certificates, 0 devices revoked")
        // The remedy for a list that is no good.
        try box.remove("keys/crl.pem")
        // Meanwhile their serial numbers are refused, each for the authority that gave it.
        let retired = try keys.serverSecurity().retired
        let authorities = try keys.ownAuthorities().map { $0.keyIdentifier.flatMap { Hexadecimal.decode($0) } }
        #expect(authorities.count == 2 && authorities.allSatisfy { $0 != nil })
        let numbers = try zip(serials, authorities).map { list, authority in
            RetiredCertificate(
                serialNumber: try #require(Hexadecimal.decode(list[0])), authority: authority, until: .min)
        }
        #expect(retired.count == 2 && Set(retired) == Set(numbers), "\(retired)")
        _ = try keys.revokeDevice(named: "valve")
        let now = try keys.presentLists().map { $0.entries.map(\.serial) }
        #expect(now.count == 2 && now[0] == serials[0] && now[1].count == 2 && now[1].contains(serials[1][0]))
        for name in ["pump", "fresh", "valve"] {
            let result = try await OpenSSL(
                "verify", "-crl_check", "-CRLfile", box.path("keys/crl.pem"), "-CAfile", box.path("keys/ca.pem"),
                box.path("\(name).pem"))
            #expect(result.output.contains("certificate revoked"), "\(result.output)")
        }
        // One that comes back is refused by its fingerprint instead, and once on the list.
        #expect(try keys.serverSecurity().retired.count { $0.fingerprint != nil } == 1)
        try box.write(try box.text("pump.pem"), to: "keys/devices/pump.pem", mode: 0o644)
        _ = try keys.revokeDevice(named: "pump")
        #expect(try keys.revokeCertificate(from: box.path("fresh.pem")).report.certificates == 1)
        let last = try keys.serverSecurity().retired
        #expect(last.map(\.until) == [.min, .min, .min] && last.allSatisfy { $0.fingerprint != nil })
        try box.remove("keys/crl.pem")
        _ = try keys.addDevice(named: "another")
        #expect(try keys.presentLists().map(\.entries.count) == [1, 2])
    }

    @Test func everySerialNumberIsRefused() {
        for (text, number) in [("0", []), ("01", [1]), ("-0A", [10]), ("0102", [1, 2])] as [(String, [UInt8])] {
            let entry = DeviceRegister.Certificate(
                device: "", serial: text, fingerprint: "", expires: .init(9), authority: "0b")
            #expect(entry.retired(until: 5) == .init(serialNumber: number, authority: [11], until: 5), "\(text)")
        }
    }

    @Test func whoIsNamedIsRevokedFromItsFirstMomentOn() throws {
        _ = try keys.addDevice(named: "plain", .preSharedKey)
        let (before, valve) = (try box.text("keys/psk.json"), try box.text("keys/devices/valve.pem"))
        _ = try keys.revokeDevice(named: "plain")
        let running = try keys.serverSecurity()
        try box.remove("keys/register.json")
        try box.write(before, to: "keys/psk.json")
        let report = try keys.initialize(newRegister: true, revoked: ["plain", "valve", "nobody"])
        #expect(report.items.first?.purpose == "register of devices, 3 certificates, 3 devices revoked")
        #expect(!report.isListBehind)
        // All that is here of them is gone, and does not count when it comes back.
        let holders = try keys.preSharedKeys().map { String(decoding: $0.holder, as: UTF8.self) }
        #expect(holders == ["device-1", "pump"] && !box.exists("keys/devices/valve.pem"))
        #expect(try keys.presentLists().map(\.entries.count) == [1])
        try box.write(before, to: "keys/psk.json")
        try box.write(valve, to: "keys/devices/valve.pem", mode: 0o644)
        for security in [try keys.serverSecurity(), try keys.serverSecurity(keeping: running)] {
            #expect(!hasKey("plain", security) && !hasKey("valve", security) && hasKey("pump", security))
            #expect(security.retired.map(\.until) == [.min])
        }
        #expect(failure { () throws(CoAPError) in try keys.addDevice(named: "nobody") }?.code == .invalidCredentials)
    }

    @Test func nobodyIsToldThatHeIsRevokedWhereNoRegisterIsMade() throws {
        let before = try box.snapshot()
        for isNew in [true, false] {
            let error = failure { () throws(CoAPError) in
                try keys.initialize(newRegister: isNew, revoked: ["valve"])
            }
            #expect(error?.code == .invalidArgument && error?.message.contains("coap keys revoke NAME") == true)
        }
        #expect(try box.snapshot() == before)
        try box.remove("keys/register.json")
        let name = failure { () throws(CoAPError) in try keys.initialize(newRegister: true, revoked: ["../x"]) }
        #expect(name?.code == .invalidArgument && !box.exists("keys/register.json"))
        // Whoever is named is in it when it is written, whatever is cut short then.
        let now = Int64(Date().timeIntervalSince1970)
        let made = try keys.remadeRegister(revoking: ["valve", "nobody"], now: now)
        #expect(made.revoked.map(\.device) == ["valve", "nobody"] && made.retired.map(\.until) == [.min])
    }

    @Test func aDamagedListMakesNoRegister() throws {
        _ = try keys.revokeDevice(named: "pump")
        try box.remove("keys/register.json")
        try box.write("nonsense", to: "keys/crl.pem", mode: 0o644)
        #expect(
            failure { () throws(CoAPError) in try keys.initialize(newRegister: true) }?.message.contains("crl.pem")
                == true)
        #expect(!box.exists("keys/register.json"))
    }

    @Test func importedAuthoritiesShowThatThereWasOne() throws {
        let vendor = try CertificateAuthority(named: "vendor")
        try box.write(String(decoding: try vendor.certificatePEM(), as: UTF8.self), to: "vendor.pem")
        _ = try keys.importCertificates(from: box.path("vendor.pem"))
        let leaf = try vendor.issue(.init(name: "lock", role: .client, validFor: 3600)).certificatePEM
        _ = try keys.revokeCertificate(from: box.write(String(decoding: leaf, as: UTF8.self), to: "lock.pem"))
        try box.remove(
            "keys/ca.pem", "keys/ca.key", "keys/server.pem", "keys/server.key", "keys/psk.json", "keys/register.json",
            "keys/devices")
        #expect(isRefused { () throws(CoAPError) in try keys.initialize() })
        #expect(!box.exists("keys/psk.json") && !box.exists("keys/register.json"))
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
