// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

@testable import CoAPCredentials

@Suite("Certificates that others made")
struct ImportTests {
    let box: Sandbox
    var keys: KeyFolder { box.keys }

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize()
    }

    private func complaint(_ name: String, _ pem: [UInt8]) throws -> CoAPError? {
        try box.write(String(decoding: pem, as: UTF8.self), to: name)
        let before = try box.snapshot().filter { $0.key.hasSuffix(".pem") }
        let error = failure { () throws(CoAPError) in try keys.importCertificates(from: box.path(name)) }
        #expect(try box.snapshot().filter { $0.key.hasSuffix(".pem") } == before)
        return error
    }

    /// A certificate that signs itself, made by the `openssl` program with these extensions.
    private func selfSigned(_ name: String, _ extensions: String...) async throws -> String {
        let made = try await OpenSSL(
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj",
                "/CN=\(name)", "-keyout", box.path("\(name).key"), "-out", box.path("\(name).pem"),
            ] + extensions.flatMap { ["-addext", $0] })
        #expect(made.status == 0, "\(made.output)")
        return box.path("\(name).pem")
    }

    @Test func anAuthorityIsAddedOnce() throws {
        let authority = try CertificateAuthority(named: "vendor")
        let path = try box.write(String(decoding: try authority.certificatePEM(), as: UTF8.self), to: "vendor.pem")
        let first = try keys.importCertificates(from: path)
        #expect(first.wasAdded && first.isAuthority && first.path == box.path("keys/authorities/vendor.pem"))
        #expect(first.certificates.map(\.subject) == ["CN=vendor"])
        #expect(try !keys.importCertificates(from: path, named: "other").wasAdded)
        #expect(try keys.importedAuthorities().map(\.name) == ["vendor"])
        _ = try keys.serverSecurity()
        let another = try CertificateAuthority(named: "another")
        try box.write(String(decoding: try another.certificatePEM(), as: UTF8.self), to: "vendor.pem")
        let error = failure { () throws(CoAPError) in try keys.importCertificates(from: path) }
        #expect(error?.code == .invalidArgument && error?.message.contains("--name") == true)
        #expect(try keys.importCertificates(from: path, named: "another").wasAdded)
    }

    @Test func aPrivateKeyIsRefusedAndNotShown() throws {
        let authority = try CertificateAuthority()
        let key = try authority.keyPEM().withBytes { Array($0) }
        for pem in [key, try authority.certificatePEM() + key] {
            let error = try #require(try complaint("secret.pem", pem))
            #expect(error.code == .invalidCredentials && error.message.contains("there is a private key in it"))
            let body = String(decoding: key, as: UTF8.self).split(separator: "\n")[1]
            #expect(!error.description.contains(body.prefix(12)))
        }
    }

    @Test func whatCannotBeBelievedByItselfIsRefused() throws {
        let authority = try CertificateAuthority(named: "vendor")
        let leaf = try authority.issue(.init(name: "lock", role: .client, validFor: 3600))
        #expect(
            try complaint("lock.pem", leaf.certificatePEM)?.message.contains("is no authority, and was signed by one")
                == true)
        var contents = CertificateAuthority.Contents(name: "old", role: .authority, validFor: 3600)
        contents.notBefore -= 200_000
        contents.notAfter = contents.notBefore + 1000
        let expired = try CertificateAuthority(contents)
        #expect(try complaint("old.pem", expired.certificatePEM())?.message.contains("CN=old expired on 20") == true)
        let inBetween = try authority.issue(.init(name: "branch", role: .authority, validFor: 3600))
        #expect(
            try complaint("branch.pem", inBetween.certificatePEM)?.message.contains("was certified by another") == true)
        #expect(try complaint("none.pem", Array("hello".utf8))?.message.contains("no PEM certificate") == true)
        try box.write(
            String(decoding: inBetween.certificatePEM + (try authority.certificatePEM()), as: UTF8.self), to: "both.pem"
        )
        #expect(try keys.importCertificates(from: box.path("both.pem")).certificates.count == 2)
    }

    @Test func aDevicesOwnCertificateIsPinnedWhenItSignsNoOther() async throws {
        let lock = try await selfSigned(
            "lock", "basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature")
        let report = try keys.importCertificates(from: lock)
        #expect(report.wasAdded && !report.isAuthority)
        // openssl's own default may sign others, so it is an authority and is called one.
        #expect(try keys.importCertificates(from: try await selfSigned("default")).isAuthority)
    }

    /// A list of an authority that names one certificate, as PEM text.
    private func list(
        of authority: CertificateAuthority, _ serial: String, number: Int64, endingIn seconds: Int64 = 3600
    ) throws -> [UInt8] {
        let key = try PrivateKey(pem: try authority.keyPEM(), name: "key")
        let now = Int64(time(nil))
        return try RevocationList(
            of: [.init(serial: serial, date: now)], number: number, now: now - 7200, nextUpdate: now + seconds,
            by: authority.certificate, key: key
        ).pem()
    }

    private func listed() throws -> [String] {
        try RevocationList.all(in: Array(box.text("keys/authorities/vendor.pem").utf8), name: "vendor")
            .flatMap(\.entries).map(\.serial)
    }

    @Test func listsAreTakenUpAndRenewed() throws {
        let vendor = try CertificateAuthority(named: "vendor")
        let root = try vendor.certificatePEM()
        func take(_ lists: [UInt8]...) throws -> ImportReport {
            let text = String(decoding: root + lists.flatMap { $0 }, as: UTF8.self)
            return try keys.importCertificates(from: try box.write(text, to: "vendor.pem"))
        }
        let first = try take(try list(of: vendor, "0A", number: 2))
        #expect(first.wasAdded && first.revocationLists == 1)
        #expect(try listed() == ["0A"])
        _ = try keys.serverSecurity()
        #expect(
            keys.expiringCredentials().contains { $0.name == "the revocation list of the imported authority vendor" })
        let newer = try take(try list(of: vendor, "0B", number: 10))
        #expect(!newer.wasAdded && newer.revocationLists == 1)
        #expect(try listed() == ["0B"])
        // Neither an older one nor none at all takes anything back.
        #expect(try take(try list(of: vendor, "0A", number: 3)).revocationLists == 0)
        #expect(try take().revocationLists == 0)
        #expect(try listed() == ["0B"])
    }

    @Test func listsThatAreNoGoodAreRefused() throws {
        let (vendor, other) = (try CertificateAuthority(named: "vendor"), try CertificateAuthority(named: "vendor"))
        let root = try vendor.certificatePEM()
        // Of the same name, but signed by another key.
        let foreign = try complaint("vendor.pem", root + list(of: other, "0A", number: 1))
        #expect(foreign?.message.contains("is not signed by an authority in it") == true)
        let late = try complaint("vendor.pem", root + list(of: vendor, "0A", number: 1, endingIn: -60))
        #expect(late?.message.contains("the revocation list of CN=vendor ran out on 20") == true)
        let text = String(decoding: try list(of: vendor, "0A", number: 1), as: UTF8.self)
        let damaged = try complaint("vendor.pem", root + Array(text.replacing("\nMI", with: "\nMA").utf8))
        #expect(damaged?.message.contains("a revocation list in it is damaged") == true)
    }

    @Test func aPinnedDeviceThatWasRevokedStaysRefused() async throws {
        let lock = try await selfSigned(
            "lock", "basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature")
        #expect(try keys.importCertificates(from: lock).refusedSince == nil)
        _ = try keys.revokeCertificate(from: lock)
        let again = try keys.importCertificates(from: lock)
        #expect(!again.wasAdded && again.refusedSince?.hasPrefix("20") == true)
    }

    @Test func anAuthorityThatOthersMayWriteIsRefused() throws {
        let authority = try CertificateAuthority()
        let path = try box.write(String(decoding: try authority.certificatePEM(), as: UTF8.self), to: "vendor.pem")
        _ = try keys.importCertificates(from: path)
        chmod(box.path("keys/authorities/vendor.pem"), 0o666)
        #expect(
            failure { () throws(CoAPError) in try keys.serverSecurity() }?.message.contains("writable by others")
                == true)
    }
}
