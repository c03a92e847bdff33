// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

@testable import CoAPCredentials

@Suite("Replacing the server's certificate")
struct ServerRotationTests {
    let box: Sandbox
    var keys: KeyFolder { box.keys }
    private let now = Int64(Date().timeIntervalSince1970)

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize(hostNames: ["gateway.example", "192.0.2.7", "2001:db8::7"])
    }

    private func server() throws -> CertificateSummary {
        try CredentialFiles.certificateSummary(at: keys.serverCertificatePath)
    }

    /// The fingerprint of what a server that starts now would show.
    private func shown() throws -> [UInt8]? { try keys.serverSecurity().certificate?.identity.fingerprint }

    @Test func theNewOneIsForTheSameHostsWithAKeyOfItsOwn() async throws {
        let old = try server()
        let oldKey = try box.text("keys/server.key")
        let report = try keys.rotateServer()
        let new = try server()
        #expect(new.fingerprint != old.fingerprint && new.alternativeNames == old.alternativeNames)
        #expect(new.subject == old.subject && new.subject == "CN=gateway.example")
        #expect(try box.text("keys/server.key") != oldKey)
        #expect(box.mode("keys/server.key") == 0o600 && box.mode("keys/server.pem") == 0o644)
        #expect(
            report.hostNames == ["localhost", "gateway.example", "127.0.0.1", "::1", "192.0.2.7", "2001:db8::7"])
        #expect(report.notAfter == new.notAfter && abs(new.notAfter - now - 730 * 86_400) < 60)
        #expect(!report.isCutShort && !report.isOfOldAuthority && !report.hasMoved)
        #expect(try shown() == new.fingerprint)
        let verified = try await OpenSSL(
            "verify", "-purpose", "sslserver", "-verify_hostname", "gateway.example", "-CAfile",
            box.path("keys/ca.pem"),
            box.path("keys/server.pem"))
        #expect(verified.status == 0, "\(verified.output)")
    }

    @Test func otherHostsAndAnotherTime() throws {
        let report = try keys.rotateServer(hostNames: ["other.example"], days: 10)
        #expect(report.hostNames == ["localhost", "other.example", "127.0.0.1", "::1"])
        #expect(abs(report.notAfter - now - 864_000) < 60)
        let before = try box.snapshot()
        #expect(
            failure { () throws(CoAPError) in try keys.rotateServer(hostNames: ["a b"]) }?.code == .invalidArgument)
        #expect(failure { () throws(CoAPError) in try keys.rotateServer(days: 0) }?.code == .invalidArgument)
        #expect(try box.snapshot() == before)
    }

    @Test(arguments: [
        [], ["DNS:*.example"], ["DNS:gateway.example", "URI:coaps://gateway.example"], ["email:a@b.example"],
    ])
    func namesThatCannotBeKeptAreNotLost(names: [String]) throws {
        let authority = try keys.loadAuthority()
        try box.remove("keys/server.pem", "keys/server.key")
        try authority.issue(
            .init(name: "gateway", role: .server, alternativeNames: names, validFor: 86_400),
            certificatePath: keys.serverCertificatePath, keyPath: keys.serverKeyPath)
        let before = try box.snapshot()
        let error = failure { () throws(CoAPError) in try keys.rotateServer() }
        #expect(error?.code == .invalidCredentials)
        #expect(error?.message.contains("coap keys rotate --server --host NAME") == true, "\(error?.message ?? "")")
        #expect(try box.snapshot() == before)
        #expect(try keys.rotateServer(hostNames: ["gateway.example"]).hostNames.contains("gateway.example"))
    }

    @Test(arguments: [true, false])
    func theChainStays(isMoved: Bool) async throws {
        let old = (pem: try box.text("keys/ca.pem"), key: try box.text("keys/ca.key"))
        let root = try CertificateAuthority(named: "root")
        let key = try PrivateKey()
        let below = try root.issue(.init(name: "below", role: .authority, validFor: 864_000), for: key)
        let chain = String(decoding: try below.pem(), as: UTF8.self)
        let top = String(decoding: try root.certificatePEM(), as: UTF8.self)
        // The present authority is below another one, beside an old one that is its own top.
        try box.write(chain + top + (isMoved ? old.pem : ""), to: "keys/ca.pem", mode: 0o644)
        try box.write(
            try key.pem().withBytes { String(decoding: $0, as: UTF8.self) } + (isMoved ? old.key : ""),
            to: "keys/ca.key")
        try box.write(top, to: "root.pem")
        if !isMoved {
            try box.remove("keys/server.pem", "keys/server.key")
            _ = try keys.initialize(hostNames: ["gateway.example"])
            try box.write(try box.text("keys/server.pem") + chain, to: "keys/server.pem", mode: 0o644)
        }
        #expect(try keys.rotateServer(movingToNewAuthority: isMoved).hasMoved == isMoved)
        for _ in 0..<2 {
            #expect(try IssuedCertificate.all(in: CredentialFiles.contents(at: keys.serverCertificatePath)).count == 2)
            #expect(try box.text("keys/server.pem").hasSuffix(chain))
            let verified = try await OpenSSL(
                "verify", "-CAfile", box.path("root.pem"), "-untrusted", box.path("keys/server.pem"),
                box.path("keys/server.pem"))
            #expect(verified.status == 0, "\(verified.output)")
            _ = try keys.serverSecurity()
            _ = try keys.rotateServer()
        }
    }

    @Test func itIsGoodNoLongerThanItsAuthority() throws {
        let report = try keys.rotateServer(days: 36_500)
        let authority = try CredentialFiles.certificateSummary(at: keys.certificateAuthorityPath)
        #expect(report.isCutShort && report.notAfter == authority.notAfter)
    }

    @Test func aLostKeyIsNoHindrance() throws {
        try box.remove("keys/server.key")
        _ = try keys.rotateServer()
        #expect(try shown() == server().fingerprint)
    }

    @Test func whatAnotherAuthoritySignedIsLeftAlone() throws {
        let other = try CertificateAuthority(named: "a public one")
        try box.remove("keys/server.pem", "keys/server.key")
        try other.issue(
            .init(name: "gateway", role: .server, alternativeNames: ["DNS:gateway.example"], validFor: 86_400),
            certificatePath: keys.serverCertificatePath, keyPath: keys.serverKeyPath)
        let before = try box.snapshot()
        let error = failure { () throws(CoAPError) in try keys.rotateServer() }
        #expect(error?.code == .invalidCredentials && error?.message.contains("another authority") == true)
        #expect(try box.snapshot() == before)
        try box.remove("keys/server.pem", "keys/server.key")
        let none = failure { () throws(CoAPError) in try keys.rotateServer() }
        #expect(none?.code == .fileUnavailable && none?.message.contains("coap keys init") == true)
        // Without the authority's key nothing is begun.
        _ = try keys.initialize()
        try box.remove("keys/ca.key")
        let whole = try box.snapshot()
        #expect(failure { () throws(CoAPError) in try keys.rotateServer() }?.code == .fileUnavailable)
        #expect(try box.snapshot() == whole)
    }

    @Test func cutShortBeforeTheCertificateTheOldPairCounts() throws {
        let old = try server().fingerprint
        try box.write(
            try PrivateKey().pem().withBytes { String(decoding: $0, as: UTF8.self) }, to: "keys/server.key.next")
        #expect(try shown() == old)
        // The next command clears it away, and the next start of a server too.
        _ = try keys.addDevice(named: "pump", .preSharedKey)
        #expect(!box.exists("keys/server.key.next"))
        try box.write("nonsense", to: "keys/server.key.next")
        _ = try keys.initialize()
        #expect(!box.exists("keys/server.key.next"))
        #expect(try shown() == old)
    }

    @Test(arguments: [true, false])
    func cutShortBehindTheCertificateTheNewPairCounts(isStart: Bool) throws {
        let oldKey = try box.text("keys/server.key")
        _ = try keys.rotateServer()
        let new = try server().fingerprint
        let newKey = try box.text("keys/server.key")
        try box.write(newKey, to: "keys/server.key.next")
        try box.write(oldKey, to: "keys/server.key")
        #expect(try shown() == new)
        if isStart { _ = try keys.initialize() } else { _ = try keys.addDevice(named: "pump", .preSharedKey) }
        #expect(!box.exists("keys/server.key.next"))
        #expect(try box.text("keys/server.key") == newKey && box.mode("keys/server.key") == 0o600)
        #expect(try shown() == new)
        // And a rotation behind one that was cut short.
        try box.write(newKey, to: "keys/server.key.next")
        try box.write(oldKey, to: "keys/server.key")
        _ = try keys.rotateServer()
        #expect(try shown() == server().fingerprint && shown() != new && !box.exists("keys/server.key.next"))
    }

    @Test func aKeyThatWaitsIsAsSecretAsTheOthers() throws {
        try box.write("x", to: "keys/server.key.next", mode: 0o644)
        let error = failure { () throws(CoAPError) in try keys.addDevice(named: "pump") }
        #expect(error?.message.contains("server.key.next") == true && error?.message.contains("chmod 600") == true)
    }

    @Test func whoReadsMeanwhileFindsAPairEveryTime() async throws {
        let keys = keys
        let (isOver, shown) = (Locked(false), Locked(Set<[UInt8]>()))
        async let reading: Void = Task.detached {
            // Whatever ends this ends the writer.
            defer { isOver.withLock { $0 = true } }
            while shown.withLock({ $0.count }) < 20 {
                guard let certificate = try keys.serverSecurity().certificate else { return }
                _ = shown.withLock { $0.insert(certificate.identity.fingerprint) }
            }
        }.value
        try await Task.detached { while !isOver.withLock({ $0 }) { _ = try keys.rotateServer() } }.value
        // All that it read was whole.
        try await reading
        #expect(shown.withLock { $0.count } == 20)
    }
}
