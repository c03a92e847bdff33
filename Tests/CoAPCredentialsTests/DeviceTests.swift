// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

struct DeviceTests {
    let box: Sandbox
    var keys: KeyFolder { box.keys }

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize()
    }

    private func failing<Value>(_ body: () throws(CoAPError) -> Value) -> CoAPError? { failure(body) }

    @Test func anAddedDeviceHasKeyAndCertificate() async throws {
        let old = try keys.preSharedKey(identity: "device-1")
        let report = try keys.addDevice(named: "pump_3.north")
        #expect(report.items.count == 3)
        #expect(!report.items.contains { !$0.wasCreated })
        #expect(
            try keys.preSharedKeys().map { String(decoding: $0.identity, as: UTF8.self) } == [
                "device-1", "pump_3.north",
            ])
        #expect(try keys.preSharedKey(identity: "device-1") == old)
        #expect(try keys.deviceCredential(named: "pump_3.north").identity.commonName == "pump_3.north")
        #expect(box.mode("keys/psk.json") == 0o600)
        #expect(box.mode("keys/devices/pump_3.north.key") == 0o600)
        let verified = try await OpenSSL(
            "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", box.path("keys/ca.pem"),
            box.path("keys/devices/pump_3.north.pem"))
        #expect(verified.status == 0, "\(verified.output)")
    }

    @Test func addingTwiceChangesNothing() throws {
        _ = try keys.addDevice(named: "pump")
        let before = try box.snapshot()
        #expect(try keys.addDevice(named: "pump").changedNothing)
        #expect(try box.snapshot() == before)
    }

    @Test func devicesAddedAtOnceAreAllKept() async throws {
        let keys = keys
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask { _ = try keys.addDevice(named: "device-\(number + 2)") }
            }
            try await group.waitForAll()
        }
        #expect(try keys.preSharedKeys().count == 9)
    }

    @Test(arguments: [
        "", ".", "..", ".hidden", "-n", "a/b", "../ca", "a b", "ü", "a\n", String(repeating: "x", count: 65),
    ])
    func aNameThatCouldBeAnotherFileIsRefused(name: String) throws {
        let before = try box.snapshot()
        #expect(failing { () throws(CoAPError) in try keys.addDevice(named: name) }?.code == .invalidArgument)
        #expect(failing { () throws(CoAPError) in try keys.deviceCredential(named: name) }?.code == .invalidArgument)
        #expect(try box.snapshot() == before)
    }

    @Test func theLongestNameIsTaken() throws {
        let name = String(repeating: "x", count: 64)
        _ = try keys.addDevice(named: name)
        #expect(try keys.deviceCredential(named: name).identity.commonName == name)
    }

    @Test func anEmptyFolderSaysHowToFillIt() throws {
        let empty = KeyFolder(path: box.path("it's empty"))
        let command = "there is no such file; run: coap keys init --keys '\(box.path)/it'\\''s empty'"
        for error in [
            failing { () throws(CoAPError) in try empty.addDevice(named: "pump") },
            failing { () throws(CoAPError) in try empty.preSharedKeys() },
            failing { () throws(CoAPError) in try empty.serverSecurity() },
            failing { () throws(CoAPError) in try empty.trustAnchors() },
            failing { () throws(CoAPError) in try empty.devices() },
        ] {
            #expect(error?.code == .fileUnavailable)
            #expect(error?.message.hasSuffix(command) == true, "\(error?.message ?? "")")
        }
    }

    @Test func anUnknownDeviceSaysHowToAddIt() throws {
        let error = failing { () throws(CoAPError) in try keys.deviceCredential(named: "pump") }
        #expect(
            error?.message
                == "\(box.path("keys/devices/pump.pem")): there is no such file; run: coap keys add pump --keys "
                + box.path("keys"))
    }

    @Test func anUnknownIdentityNamesTheOnesThereAre() throws {
        for number in 2...12 { _ = try keys.addDevice(named: "device-\(number)") }
        let error = failing { () throws(CoAPError) in try keys.preSharedKey(identity: "nobody\u{1B}") }
        #expect(error?.code == .invalidCredentials)
        #expect(
            error?.message.hasSuffix(
                "there is no key for 'nobody\\x1b'; there are keys for: device-1, device-2, device-3, device-4, device-5, "
                    + "device-6, device-7, device-8, device-9, device-10 and 2 more") == true)
    }

    @Test func theListNamesEveryDevice() async throws {
        _ = try keys.addDevice(named: "pump")
        try box.remove("keys/devices/device-1.pem", "keys/devices/device-1.key")
        try box.write(#"[{"identity": "device-1", "key": "0011223344556677"}]"#, to: "keys/psk.json")
        let devices = try keys.devices()
        #expect(devices.map(\.name) == ["device-1", "pump"])
        #expect(devices.map(\.hasPreSharedKey) == [true, false])
        #expect(devices.first?.certificate == nil)
        let certificate = try #require(devices.last?.certificate)
        #expect(certificate.subject == "CN=pump")
        #expect(certificate.alternativeNames == [.dns("pump")])
        let dates = try await OpenSSL(
            "x509", "-noout", "-fingerprint", "-sha256", "-enddate", "-dateopt", "iso_8601", "-in",
            box.path("keys/devices/pump.pem")
        ).output
        let fingerprint = certificate.fingerprint.map { Hexadecimal.encode([$0]).uppercased() }.joined(separator: ":")
        #expect(dates.lowercased().contains("fingerprint=\(fingerprint.lowercased())"), "\(dates)")
        #expect(dates.contains("notAfter=\(certificate.expiryDate) "), "\(dates)")
    }
}
