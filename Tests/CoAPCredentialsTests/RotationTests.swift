// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@Suite("Replacing a device's credentials")
struct RotationTests {
    let box: Sandbox
    var keys: KeyFolder { box.keys }

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize()
        _ = try box.keys.addDevice(named: "pump")
    }

    private func held(by name: String) throws -> [PreSharedKey] {
        try keys.preSharedKeys().filter { $0.holder == Array(name.utf8) }
    }

    @Test func theNewKeyIsTheSameDevicesAndTheOldOneEnds() throws {
        let old = try keys.preSharedKey(identity: "pump")
        let before = Int64(Date().timeIntervalSince1970)
        let report = try keys.rotateDevice(named: "pump", overlap: 3600)
        #expect(report.identity == "pump@2")
        #expect(report.oldUntil >= before + 3600)
        let held = try held(by: "pump")
        #expect(held.map { String(decoding: $0.identity, as: UTF8.self) } == ["pump", "pump@2"])
        #expect(held.map(\.notAfter) == [report.oldUntil, nil])
        #expect(held.first?.key == old.key && held.last?.key != old.key)
        #expect(box.mode("keys/psk.json") == 0o600)
        let again = try keys.rotateDevice(named: "pump", overlap: 60)
        #expect(again.identity == "pump@3")
        // An end never moves back.
        #expect(try self.held(by: "pump").map(\.notAfter) == [again.oldUntil, again.oldUntil, nil])
    }

    @Test func theOldCertificateIsRetiredAndTheNewOneVerifies() async throws {
        let old = try CredentialFiles.certificateSummary(at: keys.certificatePath(ofDevice: "pump"))
        let report = try keys.rotateDevice(named: "pump", overlap: 3600, days: 10)
        let new = try CredentialFiles.certificateSummary(at: keys.certificatePath(ofDevice: "pump"))
        #expect(new.fingerprint != old.fingerprint && new.subject == old.subject)
        #expect(abs(new.notAfter - Int64(Date().timeIntervalSince1970) - 864_000) < 60)
        _ = try keys.deviceCredential(named: "pump")
        #expect(try keys.serverSecurity().retired == [.init(fingerprint: old.fingerprint, until: report.oldUntil)])
        #expect(!box.exists("keys/crl.pem"))
        #expect(box.mode("keys/devices/pump.key") == 0o600 && box.mode("keys/register.json") == 0o600)
    }

    @Test func withoutAnOverlapTheOldOnesAreRefusedAtOnce() async throws {
        try box.write(try box.text("keys/devices/pump.pem"), to: "old.pem")
        let report = try keys.rotateDevice(named: "pump", overlap: 0)
        #expect(try held(by: "pump").map { String(decoding: $0.identity, as: UTF8.self) } == ["pump@2"])
        #expect(try keys.serverSecurity().retired.allSatisfy { $0.until < report.oldUntil })
        let verified = try await OpenSSL(
            "verify", "-crl_check", "-CAfile", box.path("keys/ca.pem"), "-CRLfile", box.path("keys/crl.pem"),
            box.path("old.pem"))
        #expect(verified.status != 0 && verified.output.contains("certificate revoked"), "\(verified.output)")
    }

    @Test func oneKindAlone() throws {
        let certificate = try box.text("keys/devices/pump.pem")
        #expect(try keys.rotateDevice(named: "pump", .preSharedKey).certificatePath == nil)
        #expect(try box.text("keys/devices/pump.pem") == certificate)
        #expect(try keys.rotateDevice(named: "pump", .certificate).identity == nil)
        #expect(try held(by: "pump").count == 2)
    }

    @Test func aKeyWithAnEndIsFollowedByOneWithAnEnd() throws {
        _ = try keys.addDevice(named: "visitor", .preSharedKey, days: 1)
        _ = try keys.rotateDevice(named: "visitor")
        let ends = try held(by: "visitor").map(\.notAfter)
        let now = Int64(Date().timeIntervalSince1970)
        // The day it had is less than the overlap.
        #expect(ends.first.flatMap { $0 }.map { $0 <= now + 86_400 } == true)
        #expect(ends.last.flatMap { $0 }.map { $0 > now + 700 * 86_400 } == true)
    }

    @Test func anIdentityThatAHandTookIsLeftAlone() throws {
        let text = try box.text("keys/psk.json")
        try box.write(
            text.replacing("\n]", with: ",\n{\"identity\": \"pump@2\", \"key\": \"0011223344556677\"}\n]"),
            to: "keys/psk.json")
        #expect(try keys.rotateDevice(named: "pump").identity == "pump@3")
        #expect(try held(by: "pump@2").count == 1)
        // And no device can be named as an identity is.
        #expect(failure { () throws(CoAPError) in try keys.addDevice(named: "pump@3") }?.code == .invalidArgument)
    }

    @Test func whatCannotBeReplacedIsSaid() throws {
        let before = try box.snapshot()
        let none = failure { () throws(CoAPError) in try keys.rotateDevice(named: "nobody") }
        #expect(none?.code == .invalidCredentials && none?.message.contains("there is nothing of that kind") == true)
        for overlap in [-1, 400 * 86_400] as [Int64] {
            let error = failure { () throws(CoAPError) in try keys.rotateDevice(named: "pump", overlap: overlap) }
            #expect(error?.code == .invalidArgument)
        }
        #expect(
            failure { () throws(CoAPError) in try keys.rotateDevice(named: "pump", days: 0) }?.code == .invalidArgument)
        try box.remove("keys/ca.key")
        #expect(failure { () throws(CoAPError) in try keys.rotateDevice(named: "pump") }?.code == .fileUnavailable)
        try box.write("", to: "keys/ca.key")
        try box.remove("keys/ca.key")
        #expect(
            try box.snapshot().filter { $0.key.hasPrefix("keys/devices/") }
                == before.filter { $0.key.hasPrefix("keys/devices/") })
        #expect(try held(by: "pump").count == 1)
    }
}
