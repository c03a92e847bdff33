// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

@testable import CoAPCredentials

@Suite("Revoking a device")
struct RevocationTests {
    let box: Sandbox
    var keys: KeyFolder { box.keys }

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize()
        _ = try box.keys.addDevice(named: "pump")
        try box.write(try box.text("keys/devices/pump.pem"), to: "pump.pem")
    }

    private func verify(_ path: String, _ options: String...) async throws -> OpenSSL {
        let list = ["-crl_check", "-CRLfile", box.path("keys/crl.pem")]
        return try await OpenSSL(
            arguments: ["verify"] + list + ["-x509_strict", "-CAfile", box.path("keys/ca.pem"), path])
    }

    @Test func theListIsSignedAndNamesTheCertificate() async throws {
        let report = try keys.revokeDevice(named: "pump")
        #expect(report.keys == 1 && report.certificates == 1 && report.earlierDate == nil && !report.isListBehind)
        let revoked = try await verify(box.path("pump.pem"))
        #expect(revoked.status != 0 && revoked.output.contains("certificate revoked"), "\(revoked.output)")
        let good = try await verify(box.path("keys/devices/device-1.pem"))
        #expect(good.status == 0, "\(good.output)")
        let list = try await OpenSSL(
            "crl", "-in", box.path("keys/crl.pem"), "-CAfile", box.path("keys/ca.pem"), "-noout", "-text",
            "-nextupdate",
            "-dateopt", "iso_8601")
        #expect(list.output.contains("verify OK"), "\(list.output)")
        #expect(list.output.contains("Version 2 (0x1)") && list.output.contains("X509v3 Authority Key Identifier"))
        // As long as the authority: a list that ran out would have every handshake refused.
        let authority = try CredentialFiles.certificateSummary(at: keys.certificateAuthorityPath)
        #expect(list.output.contains("nextUpdate=\(authority.expiryDate) "), "\(list.output)")
        #expect(box.mode("keys/crl.pem") == 0o644)
    }

    @Test func everyListNamesThemAllAndHasAHigherNumber() async throws {
        _ = try keys.addDevice(named: "valve")
        try box.write(try box.text("keys/devices/valve.pem"), to: "valve.pem")
        for (name, number) in [("pump", 1), ("valve", 2)] {
            _ = try keys.revokeDevice(named: name)
            let text = try await OpenSSL("crl", "-in", box.path("keys/crl.pem"), "-noout", "-crlnumber").output
            #expect(text.contains("crlNumber=0x0\(number)"), "\(text)")
        }
        for name in ["pump.pem", "valve.pem"] { #expect(try await verify(box.path(name)).status != 0) }
    }

    @Test func nothingOfItIsLeft() throws {
        _ = try keys.rotateDevice(named: "pump")
        let report = try keys.revokeDevice(named: "pump")
        #expect(report.keys == 2 && report.certificates == 2)
        #expect(!box.exists("keys/devices/pump.pem") && !box.exists("keys/devices/pump.key"))
        #expect(try keys.preSharedKeys().map(\.holder) == [Array("device-1".utf8)])
        let security = try keys.serverSecurity()
        let now = Int64(Date().timeIntervalSince1970)
        #expect(security.retired.count == 2 && security.retired.allSatisfy { $0.until < now + 1 })
        #expect(security.preSharedKeys?.key(for: Array("pump".utf8)) == nil)
        let again = try keys.revokeDevice(named: "pump")
        #expect(again.keys == 0 && again.certificates == 0 && again.earlierDate != nil)
    }

    @Test func theNameComesBackOnlyWhenAskedForAndNeverWithTheOldKey() throws {
        let old = try keys.preSharedKey(identity: "pump").key
        _ = try keys.revokeDevice(named: "pump")
        let error = failure { () throws(CoAPError) in try keys.addDevice(named: "pump") }
        #expect(error?.code == .invalidCredentials && error?.message.contains("coap keys add pump --again") == true)
        #expect(failure { () throws(CoAPError) in try keys.rotateDevice(named: "pump") }?.code == .invalidCredentials)
        #expect(failure { () throws(CoAPError) in try keys.export(device: "pump") }?.code == .invalidCredentials)
        _ = try keys.addDevice(named: "pump", again: true)
        #expect(try keys.preSharedKey(identity: "pump").key != old)
        let new = try CredentialFiles.certificateSummary(at: keys.certificatePath(ofDevice: "pump"))
        let retired = try keys.serverSecurity().retired
        #expect(retired.count == 1 && retired.first?.fingerprint != new.fingerprint)
        #expect(try keys.credentials().filter { $0.device == "pump" }.map(\.state) == [.good, .good])
    }

    @Test func whatACutLeftBehindDoesNotComeBack() throws {
        let (psk, certificate, key) = (
            try box.text("keys/psk.json"), try box.text("keys/devices/pump.pem"), try box.text("keys/devices/pump.key")
        )
        let old = try keys.preSharedKey(identity: "pump").key
        _ = try keys.revokeDevice(named: "pump")
        try box.write(psk, to: "keys/psk.json")
        try box.write(certificate, to: "keys/devices/pump.pem")
        try box.write(key, to: "keys/devices/pump.key")
        #expect(
            try keys.credentials().filter { $0.device == "pump" }.allSatisfy { $0.stateText.hasPrefix("revoked on ") })
        _ = try keys.addDevice(named: "pump", again: true)
        #expect(try keys.preSharedKey(identity: "pump").key != old)
        #expect(try box.text("keys/devices/pump.pem") != certificate)
        #expect(try box.text("keys/devices/pump.key") != key)
    }

    @Test func withoutTheAuthoritysKeyTheFingerprintIsRefusedAndTheListComesLater() async throws {
        let fingerprint = try CredentialFiles.certificateSummary(at: box.path("pump.pem")).fingerprint
        let key = try box.text("keys/ca.key")
        try box.remove("keys/ca.key")
        #expect(try keys.revokeDevice(named: "pump").isListBehind)
        #expect(!box.exists("keys/crl.pem"))
        #expect(try keys.serverSecurity().retired.map(\.fingerprint) == [fingerprint])
        try box.write(key, to: "keys/ca.key")
        _ = try keys.addDevice(named: "valve")
        #expect(try await verify(box.path("pump.pem")).status != 0)
    }

    @Test(arguments: ["an old copy", "nonsense"])
    func withAWrongKeyOfTheAuthorityNothingKeepsItIn(kind: String) throws {
        let old = try box.text("keys/ca.key")
        _ = try keys.rotateAuthority()
        _ = try keys.rotateServer(movingToNewAuthority: true)
        _ = try keys.retireOldAuthority(evenIfInUse: true)
        _ = try keys.addDevice(named: "fresh")
        let fingerprint = try CredentialFiles.certificateSummary(at: box.path("keys/devices/fresh.pem")).fingerprint
        let key = try box.text("keys/ca.key")
        try box.write(kind == "nonsense" ? kind : old, to: "keys/ca.key")
        let report = try keys.revokeDevice(named: "fresh")
        #expect(report.keys == 1 && report.certificates == 1 && report.isListBehind)
        #expect(try keys.serverSecurity().retired.map(\.fingerprint) == [fingerprint])
        #expect(try keys.serverSecurity().preSharedKeys?.key(for: Array("fresh".utf8)) == nil)
        try box.write(key, to: "keys/ca.key")
        #expect(try !keys.revokeDevice(named: "fresh").isListBehind)
        #expect(try keys.presentLists().map(\.entries.count) == [1])
    }

    @Test func aDamagedListStaysAndKeepsNobodyIn() throws {
        let present = try keys.serverSecurity()
        _ = try keys.addDevice(named: "valve")
        _ = try keys.revokeDevice(named: "pump")
        let list = try box.text("keys/crl.pem")
        let damaged = String(list.prefix(200)) + "-----END X509 CRL-----\n"
        try box.write(damaged, to: "keys/crl.pem", mode: 0o644)
        let report = try keys.revokeDevice(named: "valve")
        #expect(report.keys == 1 && report.certificates == 1 && report.isListBehind)
        #expect(keys.damagedLists?.message.contains("crl.pem: ") == true)
        // No server starts with it, a running one refuses both, and nothing of it is thrown away.
        #expect(try box.text("keys/crl.pem") == damaged)
        #expect(failure { () throws(CoAPError) in try keys.serverSecurity() }?.code == .invalidCredentials)
        let security = try keys.serverSecurity(keeping: present)
        #expect(security.retired.count == 2 && security.preSharedKeys?.key(for: Array("valve".utf8)) == nil)
        for error in [
            failure { () throws(CoAPError) in _ = try keys.rotateAuthority() },
            failure { () throws(CoAPError) in _ = try keys.retireOldAuthority() },
        ] { #expect(error?.code == .invalidCredentials && error?.message.contains("crl.pem") == true) }
        #expect(try keys.ownAuthorities().count == 1 && !box.exists("keys/ca.key.next"))
        try box.write(list, to: "keys/crl.pem", mode: 0o644)
        _ = try keys.addDevice(named: "another")
        #expect(try keys.presentLists().map(\.entries.count) == [2] && keys.damagedLists == nil)
    }

    @Test func whatTheAuthorityAboveSignedLagsBehind() throws {
        let root = try CertificateAuthority(named: "root")
        let key = try PrivateKey()
        let below = try root.issue(.init(name: "below", role: .authority, validFor: 864_000), for: key)
        let pem = try below.pem() + root.certificatePEM()
        try box.write(String(decoding: pem, as: UTF8.self), to: "keys/ca.pem", mode: 0o644)
        try box.write(try key.pem().withBytes { String(decoding: $0, as: UTF8.self) }, to: "keys/ca.key")
        let leaf = try root.issue(.init(name: "lock", role: .client, validFor: 3600)).certificatePEM
        let path = try box.write(String(decoding: leaf, as: UTF8.self), to: "lock.pem")
        let first = try keys.revokeCertificate(from: path).report
        #expect(first.certificates == 1 && first.isListBehind)
        // Until the one above lists it.
        let serial = try IssuedCertificate(pem: leaf, name: "lock").serial()
        let list = try root.revoke([.init(serial: serial, date: Int64(Date().timeIntervalSince1970))], number: 1)
        try box.write(String(decoding: try list.pem(), as: UTF8.self), to: "keys/crl.pem", mode: 0o644)
        #expect(try !keys.revokeCertificate(from: path).report.isListBehind)
    }

    @Test func aCertificateThatWasRemovedByHandIsRefusedAllTheSame() async throws {
        try box.remove("keys/devices/pump.pem", "keys/devices/pump.key")
        _ = try keys.addDevice(named: "pump")
        #expect(try keys.revokeDevice(named: "pump").certificates == 2)
        #expect(try await verify(box.path("pump.pem")).status != 0)
    }

    @Test func aListOfSomebodyElseIsNamed() async throws {
        _ = try keys.revokeDevice(named: "pump")
        let other = try Sandbox()
        _ = try other.keys.initialize()
        _ = try other.keys.revokeDevice(named: "device-1")
        try box.write(try other.text("keys/crl.pem"), to: "keys/crl.pem", mode: 0o644)
        let error = failure { () throws(CoAPError) in try keys.serverSecurity() }
        #expect(error?.message.contains("the list is not signed by") == true)
        try box.write("nonsense", to: "keys/crl.pem", mode: 0o644)
        #expect(failure { () throws(CoAPError) in try keys.serverSecurity() }?.message.contains("crl.pem") == true)
        try box.remove("keys/crl.pem")
        _ = try keys.addDevice(named: "valve")
        #expect(try await verify(box.path("pump.pem")).status != 0)
    }

    @Test func aRegisterThatOthersMayWriteIsRefused() throws {
        _ = try keys.revokeDevice(named: "pump")
        try box.write(try box.text("keys/register.json"), to: "keys/register.json", mode: 0o666)
        #expect(failure { () throws(CoAPError) in try keys.serverSecurity() }?.code == .fileUnavailable)
        try box.write("{}", to: "keys/register.json")
        let error = failure { () throws(CoAPError) in try keys.serverSecurity() }
        #expect(error?.code == .invalidCredentials && error?.message.contains("register.json") == true)
    }

    @Test func aListThatRanOutIsNotTakenUp() throws {
        let authority = try IssuedCertificate(
            pem: try CredentialFiles.contents(at: box.path("keys/ca.pem")), name: "ca")
        let key = try PrivateKey(pem: try CredentialFiles.secret(at: box.path("keys/ca.key")), name: "key")
        let now = Int64(Date().timeIntervalSince1970)
        let list = try RevocationList(
            of: [], number: 7, now: now - 90_000, nextUpdate: now - 1000, by: authority, key: key)
        try box.write(String(decoding: try list.pem(), as: UTF8.self), to: "keys/crl.pem", mode: 0o644)
        let error = failure { () throws(CoAPError) in try keys.serverSecurity() }
        #expect(error?.message.contains("crl.pem: the list ran out on 20") == true, "\(error?.message ?? "")")
        // What is revoked next comes on a new list, and that is good.
        _ = try keys.revokeDevice(named: "pump")
        _ = try keys.serverSecurity()
    }

    @Test func oneDeviceOfAnotherAuthorityIsRefusedByItsCertificate() async throws {
        let vendor = try CertificateAuthority(named: "vendor")
        let leaf = try vendor.issue(.init(name: "lock", role: .client, validFor: 3600)).certificatePEM
        let path = try box.write(String(decoding: leaf, as: UTF8.self), to: "lock.pem")
        let fingerprint = try CredentialFiles.certificateSummary(at: path).fingerprint
        let first = try keys.revokeCertificate(from: path)
        #expect(first.name == "CN=lock" && first.report.certificates == 1)
        #expect(try keys.serverSecurity().retired.map(\.fingerprint) == [fingerprint])
        #expect(try keys.credentials().contains { $0.device == "CN=lock" && $0.stateText.hasPrefix("revoked on ") })
        // It is another authority's to list.
        #expect(!box.exists("keys/crl.pem"))
        let again = try keys.revokeCertificate(from: path).report
        #expect(again.certificates == 0 && again.earlierDate != nil)
        // One of ours stands for its device.
        let own = try keys.revokeCertificate(from: box.path("pump.pem"))
        #expect(own.name == "pump" && own.report.keys == 1)
        #expect(try await verify(box.path("pump.pem")).status != 0)
    }

    @Test func anUnknownDeviceAndAnIdentityAreNamed() throws {
        let before = try box.snapshot()
        #expect(failure { () throws(CoAPError) in try keys.revokeDevice(named: "nobody") }?.code == .invalidCredentials)
        #expect(try box.snapshot() == before)
        _ = try keys.rotateDevice(named: "pump")
        let authority = try CertificateAuthority(named: "vendor")
        try box.write(String(decoding: try authority.certificatePEM(), as: UTF8.self), to: "vendor.pem")
        _ = try keys.importCertificates(from: box.path("vendor.pem"))
        let imported = failure { () throws(CoAPError) in try keys.revokeDevice(named: "vendor") }
        #expect(imported?.message.contains("take it back with: rm ") == true)
    }
}
