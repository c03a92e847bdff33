// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

struct InitializeTests {
    let box: Sandbox
    let report: InitializationReport

    init() throws {
        box = try Sandbox()
        report = try box.keys.initialize(hostNames: ["gateway.example", "192.0.2.7", "2001:db8::7"])
    }

    @Test func everyFileIsMade() throws {
        #expect(
            Set(try FileManager.default.subpathsOfDirectory(atPath: box.path("keys"))) == [
                "ca.pem", "ca.key", "server.pem", "server.key", "psk.json", "devices", "devices/device-1.pem",
                "devices/device-1.key", "register.json", ".registered",
            ])
        #expect(report.items.count == 7)
        #expect(!report.items.contains { !$0.wasCreated })
        #expect(!report.changedNothing)
    }

    @Test func secretsAreTheOwnersAlone() {
        for name in ["ca.key", "server.key", "psk.json", "devices/device-1.key"] {
            #expect(box.mode("keys/\(name)") == 0o600, "\(name)")
        }
        for name in ["ca.pem", "server.pem", "devices/device-1.pem"] {
            #expect(box.mode("keys/\(name)") == 0o644, "\(name)")
        }
        #expect(box.mode("keys") == 0o700)
        #expect(box.mode("keys/devices") == 0o700)
    }

    @Test func opensslVerifiesTheChains() async throws {
        for (name, purpose) in [("server", "sslserver"), ("devices/device-1", "sslclient")] {
            let result = try await OpenSSL(
                "verify", "-x509_strict", "-purpose", purpose, "-CAfile", box.path("keys/ca.pem"),
                box.path("keys/\(name).pem"))
            #expect(result.status == 0, "\(result.output)")
        }
        let wrongPurpose = try await OpenSSL(
            "verify", "-purpose", "sslserver", "-CAfile", box.path("keys/ca.pem"), box.path("keys/devices/device-1.pem")
        )
        #expect(wrongPurpose.status != 0)
    }

    @Test(arguments: [
        ("-checkhost", "localhost"), ("-checkhost", "gateway.example"), ("-checkip", "127.0.0.1"), ("-checkip", "::1"),
        ("-checkip", "192.0.2.7"), ("-checkip", "2001:db8::7"),
    ])
    func opensslFindsTheServersNames(flag: String, name: String) async throws {
        let result = try await OpenSSL("x509", "-noout", "-in", box.path("keys/server.pem"), flag, name)
        #expect(result.output.contains("does match"), "\(result.output)")
    }

    @Test func opensslFindsNoOtherName() async throws {
        let result = try await OpenSSL(
            "x509", "-noout", "-in", box.path("keys/server.pem"), "-checkhost", "elsewhere.example")
        #expect(result.output.contains("does NOT match"))
    }

    @Test func opensslReadsTheExtensions() async throws {
        let authority = try await OpenSSL("x509", "-noout", "-text", "-in", box.path("keys/ca.pem")).output
        #expect(authority.contains("X509v3 Basic Constraints: critical\n                CA:TRUE"))
        #expect(
            authority.contains("X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign"))
        #expect(authority.contains("X509v3 Subject Key Identifier"))
        #expect(authority.contains("ecdsa-with-SHA256"))
        #expect(authority.contains("prime256v1"))
        let server = try await OpenSSL("x509", "-noout", "-text", "-in", box.path("keys/server.pem")).output
        #expect(server.contains("CA:FALSE"))
        #expect(server.contains("TLS Web Server Authentication"))
        #expect(!server.contains("TLS Web Client Authentication"))
        #expect(server.contains("X509v3 Authority Key Identifier"))
        let device = try await OpenSSL(
            "x509", "-noout", "-subject", "-ext", "subjectAltName,extendedKeyUsage", "-in",
            box.path("keys/devices/device-1.pem")
        ).output
        #expect(device.contains("CN = device-1"))
        #expect(device.contains("DNS:device-1"))
        #expect(device.contains("TLS Web Client Authentication"))
        #expect(!device.contains("TLS Web Server Authentication"))
    }

    @Test func validitiesAndSerialsAreAsTheyShould() async throws {
        for (name, days) in [("ca", 3652), ("server", 730), ("devices/device-1", 730)] {
            let file = box.path("keys/\(name).pem")
            let shortly = try await OpenSSL("x509", "-noout", "-checkend", "\((days - 1) * 86_400)", "-in", file)
            #expect(shortly.status == 0, "\(name): \(shortly.output)")
            let later = try await OpenSSL("x509", "-noout", "-checkend", "\((days + 1) * 86_400)", "-in", file)
            #expect(later.status == 1, "\(name): \(later.output)")
            let summary = try CredentialFiles.certificateSummary(at: file)
            #expect(Date(timeIntervalSince1970: TimeInterval(summary.notBefore)).timeIntervalSinceNow < -299)
        }
        var serials: Set<String> = []
        for name in ["ca", "server", "devices/device-1"] {
            let serial = try await OpenSSL("x509", "-noout", "-serial", "-in", box.path("keys/\(name).pem")).output
            #expect(serial.hasPrefix("serial="))
            #expect(serial.count > "serial=".count + 24, "\(serial)")
            serials.insert(serial)
        }
        #expect(serials.count == 3)
    }

    @Test func privateKeysArePKCS8AndBelongToTheirCertificates() async throws {
        for name in ["ca", "server", "devices/device-1"] {
            #expect(try box.text("keys/\(name).key").hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
            let check = try await OpenSSL("pkey", "-check", "-noout", "-in", box.path("keys/\(name).key"))
            #expect(check.status == 0, "\(check.output)")
            let ofKey = try await OpenSSL("pkey", "-pubout", "-in", box.path("keys/\(name).key"))
            let ofCertificate = try await OpenSSL("x509", "-pubkey", "-noout", "-in", box.path("keys/\(name).pem"))
            #expect(ofKey.output == ofCertificate.output)
        }
    }

    @Test func theFirstDevicesKeyIsRandomAndReadable() throws {
        let key = try box.keys.preSharedKey(identity: KeyFolder.firstDevice)
        #expect(key.key.count == 16)
        let isTypeable = key.key.withBytes { $0.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "z") ~= $0 } }
        #expect(isTypeable)
        let other = try Sandbox()
        _ = try other.keys.initialize()
        #expect(try other.keys.preSharedKey(identity: KeyFolder.firstDevice) != key)
    }

    @Test func aSecondRunChangesNothingAndSaysSo() throws {
        let before = try box.snapshot()
        let again = try box.keys.initialize(hostNames: ["another.example"])
        #expect(again.changedNothing)
        #expect(again.items.map(\.path) == report.items.map(\.path))
        #expect(try box.snapshot() == before)
    }

    @Test func aServerCanBeMadeOfIt() throws {
        let security = try box.keys.serverSecurity()
        #expect(security.certificate?.identity.commonName == "gateway.example")
        #expect(security.preSharedKeys?.key(for: Array("device-1".utf8)) != nil)
        #expect(security.preSharedKeys?.key(for: Array("device-2".utf8)) == nil)
        guard case .required(_) = security.clientAuthentication else {
            Issue.record("peers with certificates have to show theirs")
            return
        }
    }

    @Test func manyRunsAtOnceMakeOneSetOfFiles() async throws {
        let path = try Sandbox()
        let keys = path.keys
        let made = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { try keys.initialize().items.count(where: \.wasCreated) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(made.sorted() == [0, 0, 0, 0, 0, 0, 0, 7])
        #expect(try FileManager.default.subpathsOfDirectory(atPath: path.path("keys")).count == 10)
        _ = try keys.serverSecurity()
    }
}
