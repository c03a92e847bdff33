// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

@testable import CoAPCredentials

struct CertificateAuthorityTests {
    private typealias Contents = CertificateAuthority.Contents

    let box: Sandbox

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize()
    }

    /// The folder's own authority.
    private func folderAuthority() throws -> CertificateAuthority {
        CertificateAuthority(
            certificate: try IssuedCertificate(
                pem: try CredentialFiles.contents(at: box.path("keys/ca.pem")), name: "ca.pem"),
            key: try PrivateKey(pem: try CredentialFiles.secret(at: box.path("keys/ca.key")), name: "ca.key"))
    }

    /// Contents valid between two moments, in seconds from now.
    private func contents(
        _ name: String, _ role: CertificateAuthority.Role, from: Int64 = -300, to: Int64 = 3600
    ) -> CertificateAuthority.Contents {
        var contents = Contents(name: name, role: role, alternativeNames: ["DNS:\(name)"], validFor: to)
        contents.notBefore = Int64(Date().timeIntervalSince1970) + from
        return contents
    }

    @Test func anExpiredCertificateOfTheServerSaysWhenAndWhatToDo() throws {
        try box.remove("keys/server.pem", "keys/server.key")
        var expired = contents("localhost", .server)
        // 2020-02-29T00:00:00Z and 2020-03-01T12:00:00Z.
        expired.notBefore = 1_582_934_400
        expired.notAfter = 1_583_064_000
        try folderAuthority().issue(
            expired, certificatePath: box.keys.serverCertificatePath, keyPath: box.keys.serverKeyPath)
        let error = failure { () throws(CoAPError) in try box.keys.serverSecurity() }
        #expect(error?.code == .invalidCredentials)
        let keys = box.path("keys")
        #expect(
            error?.message
                == "\(keys)/server.pem: the certificate expired on 2020-03-01; make a new one with: "
                + "coap keys rotate --server --keys \(keys)")
        let direct = failure { () throws(CoAPError) in
            try CredentialFiles.certificateCredential(
                certificatePath: "\(keys)/server.pem", keyPath: "\(keys)/server.key")
        }
        #expect(direct?.message.contains("the certificate expired on 2020-03-01; make a new one with ") == true)
        #expect(try CredentialFiles.certificateSummary(at: "\(keys)/server.pem").expiryDate == "2020-03-01")
    }

    @Test func opensslFindsItExpired() async throws {
        try folderAuthority().issue(
            contents("late", .client, from: -7200, to: -3600), certificatePath: box.path("late.pem"),
            keyPath: box.path("late.key"))
        let result = try await OpenSSL("verify", "-CAfile", box.path("keys/ca.pem"), box.path("late.pem"))
        #expect(result.status != 0)
        #expect(result.output.contains("certificate has expired"))
    }

    @Test func aCertificateOfTheFutureIsRefused() throws {
        try folderAuthority().issue(
            contents("early", .client, from: 1800), certificatePath: box.path("early.pem"),
            keyPath: box.path("early.key"))
        let error = failure { () throws(CoAPError) in
            try CredentialFiles.certificateCredential(
                certificatePath: box.path("early.pem"), keyPath: box.path("early.key"))
        }
        #expect(error?.code == .invalidCredentials)
        #expect(error?.message.contains("the certificate is not valid before 20") == true)
        #expect(error?.message.hasSuffix("check this host's clock") == true)
    }

    @Test func aForeignAuthoritysCertificateIsForeign() async throws {
        let foreign = try CertificateAuthority(named: "foreign")
        try foreign.issue(
            contents("rogue", .client), certificatePath: box.path("rogue.pem"), keyPath: box.path("rogue.key"))
        try Data(foreign.certificatePEM()).write(to: URL(filePath: box.path("foreign.pem")))
        let ours = try await OpenSSL("verify", "-CAfile", box.path("keys/ca.pem"), box.path("rogue.pem"))
        #expect(ours.status != 0)
        let theirs = try await OpenSSL(
            "verify", "-x509_strict", "-CAfile", box.path("foreign.pem"), box.path("rogue.pem"))
        #expect(theirs.status == 0, "\(theirs.output)")
        #expect(box.mode("rogue.key") == 0o600)
    }

    @Test func nothingIsValidLongerThanItsAuthority() throws {
        let (folder, end) = try folderWithAuthority(validFor: 30 * Contents.day)
        _ = try folder.keys.initialize()
        let server = try CredentialFiles.certificateSummary(at: folder.keys.serverCertificatePath)
        #expect(server.notAfter == end)
    }

    @Test func anExpiredAuthoritySignsNothing() throws {
        let (folder, _) = try folderWithAuthority(validFor: -86_400)
        let error = failure { () throws(CoAPError) in try folder.keys.initialize() }
        #expect(error?.code == .invalidCredentials)
        #expect(error?.message.contains("keys/ca.pem: the authority's certificate expired on 20") == true)
        #expect(!folder.exists("keys/server.pem"))
        #expect(!folder.exists("keys/server.key"))
    }

    /// A keys folder with nothing but an authority, and the last second it is valid in.
    private func folderWithAuthority(validFor seconds: Int64) throws -> (Sandbox, Int64) {
        let folder = try Sandbox()
        try FileManager.default.createDirectory(
            atPath: folder.path("keys"), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        var contents = contents("short-lived", .authority, from: -30 * Contents.day)
        contents.alternativeNames = []
        contents.notAfter = Int64(Date().timeIntervalSince1970) + seconds
        let authority = try CertificateAuthority(contents)
        try FileWriter.write(try authority.keyPEM(), to: folder.path("keys/ca.key"))
        try FileWriter.write(try authority.certificatePEM(), to: folder.path("keys/ca.pem"))
        return (folder, contents.notAfter)
    }

    @Test func aFileThatIsThereIsNotOverwritten() throws {
        try box.write("mine", to: "taken.pem")
        let error = failure { () throws(CoAPError) in
            try FileWriter.write(Array("theirs".utf8), to: box.path("taken.pem"))
        }
        #expect(error?.code == .fileUnavailable)
        #expect(try box.text("taken.pem") == "mine")
        #expect(try FileManager.default.contentsOfDirectory(atPath: box.path).sorted() == ["keys", "taken.pem"])
    }

    @Test func aFileIsReplacedWholeAndWithItsMode() throws {
        try box.write("old", to: "secret", mode: 0o644)
        try FileWriter.write(Secret(Array("new".utf8)), to: box.path("secret"), replaces: true)
        #expect(try box.text("secret") == "new")
        #expect(box.mode("secret") == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: box.path).sorted() == ["keys", "secret"])
    }
}
