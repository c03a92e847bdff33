// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

@testable import CoAPCredentials

@Suite("Who was revoked stays so")
struct LastingRevocationTests {
    let box: Sandbox
    var keys: KeyFolder { box.keys }

    init() throws {
        box = try Sandbox.withDevices()
    }

    private func isListed(_ name: String) async throws -> Bool {
        let result = try await OpenSSL(
            "verify", "-crl_check", "-CRLfile", box.path("keys/crl.pem"), "-CAfile", box.path("keys/ca.pem"),
            box.path("\(name).pem"))
        return result.output.contains("certificate revoked")
    }

    @Test func aFileOfKeysThatWasPutBackLetsNobodyIn() throws {
        let old = try box.text("keys/psk.json")
        _ = try keys.revokeDevice(named: "pump")
        try box.write(old, to: "keys/psk.json")
        let store = try keys.serverSecurity().preSharedKeys
        #expect(store?.key(for: Array("pump".utf8)) == nil && store?.key(for: Array("valve".utf8)) != nil)
    }

    @Test func whatWasCutShortIsRemovedAndNothingElse() throws {
        for name in ["psk.json.123.new", "devices/pump.key.18446744073709551615.new", "my.new", "psk.json.x1.new"] {
            try box.write("a key", to: "keys/\(name)")
        }
        _ = try keys.revokeDevice(named: "pump")
        #expect(!box.exists("keys/psk.json.123.new"))
        #expect(!box.exists("keys/devices/pump.key.18446744073709551615.new"))
        #expect(box.exists("keys/my.new") && box.exists("keys/psk.json.x1.new"))
    }

    @Test func anOlderListIsRenewed() async throws {
        _ = try keys.revokeDevice(named: "pump")
        let old = try box.text("keys/crl.pem")
        _ = try keys.revokeDevice(named: "valve")
        try box.write(old, to: "keys/crl.pem", mode: 0o644)
        #expect(try await !isListed("valve"))
        _ = try keys.addDevice(named: "another")
        for name in ["pump", "valve"] { #expect(try await isListed(name)) }
        // And one that names them all is left alone.
        let new = try box.text("keys/crl.pem")
        _ = try keys.addDevice(named: "one-more")
        #expect(try box.text("keys/crl.pem") == new)
    }

    @Test func aListOfAnotherAuthorityIsNotCarriedOver() async throws {
        let other = try Sandbox()
        _ = try other.keys.initialize()
        _ = try other.keys.revokeDevice(named: "device-1")
        try box.write(try other.text("keys/crl.pem"), to: "keys/crl.pem", mode: 0o644)
        _ = try keys.revokeDevice(named: "pump")
        #expect(try keys.presentLists().first?.entries.count == 1)
    }

    @Test func certificatesThatRanOutLeaveTheListWithTheNextOne() throws {
        _ = try keys.revokeDevice(named: "pump")
        var register = try DeviceRegister(path: box.path("keys/register.json"))
        register.certificates = register.certificates.map { entry in
            guard entry.device == "pump" else { return entry }
            var past = DeviceRegister.Certificate(
                device: entry.device, serial: entry.serial, fingerprint: entry.fingerprint,
                expires: .init(1_577_836_800))
            (past.until, past.isOver) = (entry.until, entry.isOver)
            return past
        }
        try FileWriter.write(try register.encoded(), to: box.path("keys/register.json"), replaces: true)
        _ = try keys.addDevice(named: "another")
        // The list that stands names it.
        #expect(try DeviceRegister(path: box.path("keys/register.json")).certificates.contains { $0.device == "pump" })
        _ = try keys.revokeDevice(named: "valve")
        #expect(try keys.presentLists().first?.entries.count == 1)
        #expect(try !DeviceRegister(path: box.path("keys/register.json")).certificates.contains { $0.device == "pump" })
    }

    @Test func aClockThatGoesBehindDoesNotLetARevokedOneIn() throws {
        try box.remove("keys/ca.key")
        _ = try keys.revokeDevice(named: "pump")
        // As the clock of a host writes that goes ahead.
        var register = try DeviceRegister(path: box.path("keys/register.json"))
        for index in register.certificates.indices where register.certificates[index].until != nil {
            register.certificates[index].until = .init(4_000_000_000)
        }
        try FileWriter.write(try register.encoded(), to: box.path("keys/register.json"), replaces: true)
        #expect(try keys.serverSecurity().retired.map(\.until) == [.min])
        // Also when the name has come back.
        _ = try keys.addDevice(named: "pump", .preSharedKey, again: true)
        #expect(try keys.serverSecurity().retired.map(\.until) == [.min])
    }

    @Test func oneBrokenAuthorityKeepsNobodyIn() throws {
        let present = try keys.serverSecurity()
        try FileManager.default.createDirectory(
            atPath: box.path("keys/authorities"), withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        try box.write("nonsense", to: "keys/authorities/vendor.pem")
        _ = try keys.revokeDevice(named: "pump")
        var texts: [String] = []
        let security = try keys.serverSecurity(keeping: present) { texts.append($0.message) }
        #expect(texts.count == 1 && texts.first?.contains("vendor.pem") == true, "\(texts)")
        #expect(texts.first?.hasSuffix("; the server keeps the authorities it has") == true)
        #expect(security.retired.count == 1 && security.preSharedKeys?.key(for: Array("pump".utf8)) == nil)
        // A server that starts has none to keep.
        #expect(failure { () throws(CoAPError) in try keys.serverSecurity() } != nil)
    }

    @Test func anAuthorityIsTakenBackAndNotRevoked() throws {
        let vendor = try CertificateAuthority(named: "vendor")
        let path = try box.write(String(decoding: try vendor.certificatePEM(), as: UTF8.self), to: "vendor.pem")
        _ = try keys.importCertificates(from: path)
        let before = try box.snapshot()
        let error = failure { () throws(CoAPError) in try keys.revokeCertificate(from: path) }
        #expect(error?.message.contains("this is an authority; take it back with: rm ") == true)
        #expect(error?.message.hasSuffix("keys/authorities/vendor.pem") == true, "\(error?.message ?? "")")
        #expect(
            failure { () throws(CoAPError) in try keys.revokeCertificate(from: box.path("keys/ca.pem")) }?.code
                == .invalidCredentials)
        #expect(try box.snapshot() == before)
    }

    @Test func aCertificateThatTheRegisterDoesNotKnowIsRefusedByItsFile() async throws {
        // As in a folder that is older than the register.
        try box.remove(
            "keys/register.json", "keys/.registered", "keys/devices/pump.pem", "keys/devices/pump.key")
        let report = try keys.revokeDevice(named: "pump")
        #expect(report.keys == 1 && report.certificates == 0 && !report.isCertificateKnown)
        #expect(try keys.revokeCertificate(from: box.path("pump.pem")).report.certificates == 1)
        #expect(try await isListed("pump"))
        let again = try keys.revokeCertificate(from: box.path("pump.pem"))
        #expect(again.name == "CN=pump" && again.report.certificates == 0 && again.report.earlierDate != nil)
        #expect(try keys.revokeDevice(named: "valve").isCertificateKnown)
    }

    @Test func rotatingEndsACertificateThatWasMovedAway() async throws {
        let old = try CredentialFiles.certificateSummary(at: box.path("pump.pem")).fingerprint
        try box.remove("keys/devices/pump.pem", "keys/devices/pump.key")
        let report = try keys.rotateDevice(named: "pump", overlap: 0)
        #expect(report.certificatePath != nil && box.exists("keys/devices/pump.pem"))
        #expect(try keys.serverSecurity().retired == [.init(fingerprint: old, until: .min)])
        #expect(try await isListed("pump"))
        // A device that has none gets none.
        _ = try keys.addDevice(named: "plain", .preSharedKey)
        #expect(try keys.rotateDevice(named: "plain").certificatePath == nil)
    }

    @Test func aFleetsDatesComeFromTheRegister() throws {
        // Not a certificate: whoever opens it finds no date.
        try box.write("nonsense", to: "keys/devices/pump.pem", mode: 0o644)
        #expect(keys.expiringCredentials().contains { $0.name == "the certificate of pump" })
        // Older than the register.
        try box.write(try box.text("valve.pem"), to: "keys/devices/older.pem", mode: 0o644)
        #expect(keys.expiringCredentials().contains { $0.name == "the certificate of older" })
    }

    @Test func noMoreKeysAreWrittenThanCanBeRead() throws {
        let key = try PreSharedKey(identity: "x", key: Secret("0123456789abcdef".utf8))
        let full = PreSharedKeyFile(Array(repeating: key, count: PreSharedKeyFile.maximumEntries))
        #expect(failure { () throws(CoAPError) in try full.requireRoom() }?.code == .invalidArgument)
        let over = PreSharedKeyFile(full.keys + [key])
        #expect(failure { () throws(CoAPError) in try over.encoded() }?.code == .invalidArgument)
        let name = Array(repeating: UInt8(ascii: "n"), count: 255)
        let large = try PreSharedKey(
            identity: name, key: Secret([UInt8](repeating: 7, count: 256)), holder: [UInt8](name.dropLast()))
        let wide = PreSharedKeyFile(Array(repeating: large, count: 16_200))
        #expect(
            failure { () throws(CoAPError) in try wide.encoded() }?.message.contains("more than 16 MiB") == true)
    }
}
