// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

@testable import CoAPCredentials

@Suite("Replacing the authority")
struct AuthorityRotationTests {
    let box: Sandbox
    var keys: KeyFolder { box.keys }

    init() throws {
        box = try Sandbox.withDevices()
        try box.write(try box.text("keys/ca.pem"), to: "old-ca.pem")
    }

    private func verify(_ file: String, by authorities: String = "keys/ca.pem", lists: Bool = true) async throws
        -> String
    {
        var arguments = ["verify", "-CAfile", box.path(authorities)]
        if lists { arguments += ["-crl_check", "-CRLfile", box.path("keys/crl.pem")] }
        let result = try await OpenSSL(arguments: arguments + [box.path(file)])
        return result.status == 0 ? "good" : result.output
    }

    private func count(_ name: String, _ mark: String) throws -> Int {
        try box.text("keys/\(name)").components(separatedBy: "-----BEGIN \(mark)-----").count - 1
    }

    private func retire(force: Bool = true) throws -> AuthorityRetirementReport {
        _ = try keys.rotateServer(movingToNewAuthority: true)
        return try keys.retireOldAuthority(evenIfInUse: force)
    }

    @Test func bothAreBelievedAndTheNewOneSigns() async throws {
        let server = try box.text("keys/server.pem")
        let report = try keys.rotateAuthority()
        #expect(report.new.subject != report.old.subject && report.devices == ["device-1", "pump", "valve"])
        #expect(try count("ca.pem", "CERTIFICATE") == 2 && count("ca.key", "PRIVATE KEY") == 2)
        #expect(box.mode("keys/ca.key") == 0o600 && box.mode("keys/ca.pem") == 0o644)
        #expect(!box.exists("keys/ca.key.next") && !box.exists("keys/crl.pem"))
        #expect(try CredentialFiles.certificateSummary(at: keys.certificateAuthorityPath) == report.new)
        // What there was is as good as before, for those who know both and those who only know the old one.
        #expect(try box.text("keys/server.pem") == server)
        for authorities in ["keys/ca.pem", "old-ca.pem"] {
            #expect(try await verify("keys/server.pem", by: authorities, lists: false) == "good")
            #expect(try await verify("pump.pem", by: authorities, lists: false) == "good")
        }
        _ = try keys.addDevice(named: "fresh")
        #expect(try await verify("keys/devices/fresh.pem", lists: false) == "good")
        #expect(try await verify("keys/devices/fresh.pem", by: "old-ca.pem", lists: false) != "good")
        _ = try keys.rotateDevice(named: "pump", .certificate)
        #expect(try await verify("keys/devices/pump.pem", by: "old-ca.pem", lists: false) != "good")
        #expect(try keys.ownAuthorities().count == 2)
        #expect(
            try keys.credentials().filter { $0.kind == .certificate }.map(\.stateText).map { $0.prefix(12) } == [
                "good, of the", "good", "rotated, old", "good, of the",
            ])
    }

    @Test func theExportHasBoth() throws {
        _ = try keys.rotateAuthority()
        _ = try keys.export(device: "pump", to: box.path("out"), for: try CoAPURI("coaps://localhost/x"))
        #expect(try box.text("out/ca.pem") == box.text("keys/ca.pem"))
        // This package reads both from one file.
        _ = try CredentialFiles.trustAnchors(at: box.path("out/ca.pem"))
    }

    @Test func theServerStaysWithItsAuthorityUntilItIsTold() async throws {
        _ = try keys.rotateAuthority()
        let first = try keys.rotateServer()
        #expect(first.isOfOldAuthority && !first.hasMoved)
        #expect(try await verify("keys/server.pem", by: "old-ca.pem", lists: false) == "good")
        #expect(keys.ownCertificates().isServerOfOldAuthority)
        let second = try keys.rotateServer(movingToNewAuthority: true)
        #expect(second.hasMoved && !second.isOfOldAuthority)
        #expect(second.devicesOfOldAuthority == ["device-1", "pump", "valve"])
        #expect(try await verify("keys/server.pem", by: "old-ca.pem", lists: false) != "good")
        #expect(try await verify("keys/server.pem", lists: false) == "good")
        let third = try keys.rotateServer()
        #expect(!third.hasMoved && !third.isOfOldAuthority)
    }

    @Test func whoWasRevokedStaysSoAndSoDoesWhoIsRevokedMeanwhile() async throws {
        _ = try keys.revokeDevice(named: "pump")
        _ = try keys.rotateAuthority()
        // One list of each, as other programs want it.
        #expect(try count("crl.pem", "X509 CRL") == 2)
        #expect(try await verify("pump.pem").contains("certificate revoked"))
        #expect(try await verify("valve.pem") == "good")
        _ = try keys.addDevice(named: "fresh")
        try box.write(try box.text("keys/devices/fresh.pem"), to: "fresh.pem")
        #expect(try await verify("fresh.pem") == "good")
        _ = try keys.revokeDevice(named: "valve")
        _ = try keys.revokeDevice(named: "fresh")
        for name in ["pump", "valve", "fresh"] {
            #expect(try await verify("\(name).pem").contains("certificate revoked"))
        }
        #expect(try keys.presentLists().map(\.entries.count) == [1, 2])
        #expect(try keys.serverSecurity().retired.map(\.until) == [.min, .min, .min])
        // Nothing new, no new list.
        let lists = try box.text("keys/crl.pem")
        _ = try keys.addDevice(named: "another")
        #expect(try box.text("keys/crl.pem") == lists)
    }

    @Test func theFirstOneToBeRevokedMeanwhile() async throws {
        _ = try keys.rotateAuthority()
        _ = try keys.addDevice(named: "fresh")
        _ = try keys.revokeDevice(named: "pump")
        #expect(try await verify("pump.pem").contains("certificate revoked"))
        #expect(try await verify("keys/devices/fresh.pem") == "good")
        #expect(try await verify("valve.pem") == "good")
    }

    @Test func certificatesOfARegisterThatKnowsNoAuthorityAreTheOldOnes() async throws {
        var register = try DeviceRegister(path: box.path("keys/register.json"))
        for index in register.certificates.indices { register.certificates[index].authority = nil }
        try FileWriter.write(try register.encoded(), to: box.path("keys/register.json"), replaces: true)
        #expect(try keys.rotateAuthority().devices == ["device-1", "pump", "valve"])
        #expect(
            try DeviceRegister(path: box.path("keys/register.json")).certificates.allSatisfy { $0.authority != nil })
        _ = try keys.revokeDevice(named: "pump")
        #expect(try await verify("pump.pem").contains("certificate revoked"))
        // Also in one that was made anew.
        try box.remove("keys/register.json")
        _ = try keys.initialize(newRegister: true)
        _ = try keys.rotateServer(movingToNewAuthority: true)
        let error = failure { () throws(CoAPError) in try keys.retireOldAuthority() }
        #expect(error?.message.contains("of device-1, valve;") == true, "\(error?.message ?? "")")
    }

    @Test func theOldOneIsEndedWhenNobodyNeedsIt() async throws {
        #expect(
            failure { () throws(CoAPError) in try keys.retireOldAuthority() }?.message.contains("no old authority")
                == true)
        _ = try keys.revokeDevice(named: "valve")
        _ = try keys.rotateAuthority()
        let before = try box.snapshot()
        let server = failure { () throws(CoAPError) in try keys.retireOldAuthority(evenIfInUse: true) }
        #expect(server?.message.contains("coap keys rotate --server --new-authority") == true)
        #expect(try box.snapshot() == before)
        _ = try keys.rotateServer(movingToNewAuthority: true)
        let whole = try box.snapshot()
        let devices = failure { () throws(CoAPError) in try keys.retireOldAuthority() }
        #expect(devices?.message.contains("of device-1, pump;") == true, "\(devices?.message ?? "")")
        #expect(try box.snapshot() == whole)
        _ = try keys.rotateDevice(named: "pump", overlap: 0)
        // As long as the overlap lasts the old one may be needed.
        _ = try keys.rotateDevice(named: "device-1", overlap: 3600)
        #expect(
            failure { () throws(CoAPError) in try keys.retireOldAuthority() }?.message.contains("of device-1;") == true)
        _ = try keys.rotateDevice(named: "device-1", overlap: 0)
        let report = try keys.retireOldAuthority()
        #expect(report.devices.isEmpty)
        #expect(try count("ca.pem", "CERTIFICATE") == 1 && count("ca.key", "PRIVATE KEY") == 1)
        #expect(try count("crl.pem", "X509 CRL") == 1)
        #expect(try await verify("keys/devices/pump.pem") == "good")
        #expect(try await verify("keys/server.pem") == "good")
        for name in ["pump", "valve"] {
            #expect(try await verify("\(name).pem", lists: false) != "good")
        }
        _ = try keys.serverSecurity()
        #expect(try keys.ownAuthorities().count == 1)
        // The key that stayed is the one that signs.
        _ = try keys.addDevice(named: "fresh")
        #expect(try await verify("keys/devices/fresh.pem") == "good")
        // And it goes round once more.
        _ = try keys.rotateAuthority()
        #expect(try retire().devices == ["device-1", "fresh", "pump"])
        #expect(try keys.credentials().contains { $0.state == .ofUnknownAuthority })
    }

    @Test func onlyOneOldOneAtATime() throws {
        _ = try keys.rotateAuthority()
        let before = try box.snapshot()
        let error = failure { () throws(CoAPError) in try keys.rotateAuthority() }
        #expect(error?.message.contains("coap keys revoke --old-authority") == true)
        #expect(failure { () throws(CoAPError) in try keys.rotateAuthority(days: 0) }?.code == .invalidArgument)
        #expect(try box.snapshot() == before)
    }

    @Test func anAuthorityBelowAnotherIsNotReplacedHere() throws {
        let root = try CertificateAuthority(named: "root")
        let key = try PrivateKey()
        let below = try root.issue(.init(name: "below", role: .authority, validFor: 864_000), for: key)
        let pem = try below.pem() + root.certificatePEM()
        try box.write(String(decoding: pem, as: UTF8.self), to: "keys/ca.pem", mode: 0o644)
        try box.write(try key.pem().withBytes { String(decoding: $0, as: UTF8.self) }, to: "keys/ca.key")
        // The one above is not taken for an old one.
        #expect(keys.ownCertificates().oldAuthority == nil)
        let error = failure { () throws(CoAPError) in try keys.rotateAuthority() }
        #expect(error?.message.contains("another authority certified this one") == true, "\(error?.message ?? "")")
        #expect(failure { () throws(CoAPError) in try keys.retireOldAuthority() }?.message.contains("no old") == true)
        // It signs, and lists, beside the list of the one above.
        let list = try root.revoke([], number: 1)
        try box.write(String(decoding: try list.pem(), as: UTF8.self), to: "keys/crl.pem", mode: 0o644)
        _ = try keys.addDevice(named: "fresh")
        #expect(try !keys.revokeDevice(named: "fresh").isListBehind)
        #expect(try keys.presentLists().map(\.entries.count) == [1, 0])
        _ = try keys.serverSecurity()
    }

    @Test func cutShortBeforeTheCertificatesTheOldOneCounts() async throws {
        _ = try keys.rotateAuthority()
        let both = (pem: try box.text("keys/ca.pem"), key: try box.text("keys/ca.key"))
        // As it was before, with what the new authority's key waits in.
        let oldKey = "-----BEGIN PRIVATE KEY" + (both.key.components(separatedBy: "-----BEGIN PRIVATE KEY").last ?? "")
        try box.write(try box.text("old-ca.pem"), to: "keys/ca.pem", mode: 0o644)
        try box.write(oldKey, to: "keys/ca.key")
        try box.write(both.key, to: "keys/ca.key.next")
        _ = try keys.serverSecurity()
        _ = try keys.addDevice(named: "fresh")
        #expect(!box.exists("keys/ca.key.next"))
        #expect(try box.text("keys/ca.key") == oldKey)
        #expect(try await verify("keys/devices/fresh.pem", by: "old-ca.pem", lists: false) == "good")
        #expect(try keys.rotateAuthority().devices == ["device-1", "fresh", "pump", "valve"])
    }

    @Test func cutShortBehindTheCertificatesBothCount() async throws {
        let oldKey = try box.text("keys/ca.key")
        _ = try keys.rotateAuthority()
        let newKey = try box.text("keys/ca.key")
        try box.write(oldKey, to: "keys/ca.key")
        try box.write(newKey, to: "keys/ca.key.next")
        _ = try keys.serverSecurity()
        _ = try keys.addDevice(named: "fresh")
        #expect(!box.exists("keys/ca.key.next"))
        #expect(try box.text("keys/ca.key") == newKey)
        #expect(try await verify("keys/devices/fresh.pem", by: "old-ca.pem", lists: false) != "good")
        #expect(try await verify("keys/devices/fresh.pem", lists: false) == "good")
    }

    @Test func endingTheOldOneIsFinishedWhenItWasCutShort() throws {
        _ = try keys.revokeDevice(named: "valve")
        _ = try keys.rotateAuthority()
        let old = try box.text("keys/ca.pem")
        _ = try retire()
        // Its key is the first to go.
        try box.write(old, to: "keys/ca.pem", mode: 0o644)
        _ = try keys.serverSecurity()
        // Without its key no list of it can be made any more, which is said and keeps nobody from being revoked.
        #expect(try keys.revokeDevice(named: "pump").isListBehind)
        #expect(try keys.serverSecurity().retired.count == 2)
        #expect(try keys.retireOldAuthority(evenIfInUse: true).devices == ["device-1"])
        #expect(try count("ca.pem", "CERTIFICATE") == 1)
    }

    @Test func aListIsNeverThereWithoutItsAuthority() throws {
        _ = try keys.revokeDevice(named: "valve")
        let before = try box.text("keys/crl.pem")
        _ = try keys.rotateAuthority()
        // Cut short behind the certificates: the new one is there already, without a list, and signs.
        try box.write(before, to: "keys/crl.pem", mode: 0o644)
        _ = try keys.serverSecurity()
        _ = try keys.addDevice(named: "fresh")
        #expect(try count("crl.pem", "X509 CRL") == 2)
    }

    @Test(arguments: [true, false])
    func theOldOneIsNeverBelievedWithoutItsList(isListMissing: Bool) throws {
        _ = try keys.revokeDevice(named: "valve")
        let lists = try box.text("keys/crl.pem")
        _ = try keys.rotateAuthority()
        _ = try keys.rotateServer(movingToNewAuthority: true)
        // What making the new one leaves when it was cut short before its list.
        if isListMissing { try box.write(lists, to: "keys/crl.pem", mode: 0o644) }
        let both = isListMissing ? nil : try box.text("keys/crl.pem")
        _ = try keys.retireOldAuthority(evenIfInUse: true)
        func written(_ name: String) throws -> [Int]? {
            try box.snapshot()["keys/\(name)"].map { [$0.seconds, $0.nanoseconds] }
        }
        let (authorities, list) = (try #require(try written("ca.pem")), try #require(try written("crl.pem")))
        #expect(!list.lexicographicallyPrecedes(authorities))
        #expect(try count("ca.pem", "CERTIFICATE") == 1 && count("crl.pem", "X509 CRL") == 1)
        guard let both else { return }
        // Cut short behind the certificates: its list names nobody who is let in, and keeps nobody out.
        try box.write(both, to: "keys/crl.pem", mode: 0o644)
        let security = try keys.serverSecurity()
        #expect(security.retired.map(\.until) == [.min])
        _ = try keys.addDevice(named: "fresh")
        _ = try keys.revokeDevice(named: "fresh")
        #expect(try count("crl.pem", "X509 CRL") == 1)
        _ = try keys.serverSecurity()
        // Lists of others alone are nobody's.
        try box.write(lists, to: "keys/crl.pem", mode: 0o644)
        #expect(
            failure { () throws(CoAPError) in try keys.serverSecurity() }?.message.contains("is not signed by") == true)
    }

    @Test func whatRunsOutNamesItsCommand() throws {
        func renewals() -> [String: String?] {
            Dictionary(keys.expiringCredentials().map { ($0.name, $0.renewal) }) { first, _ in first }
        }
        let option = " --keys \(box.path("keys"))"
        let before = renewals()
        #expect(before["the server's certificate"] == "coap keys rotate --server\(option)")
        #expect(before["the authority's certificate"] == "coap keys rotate --authority\(option)")
        #expect(before["the certificate of pump"] == "coap keys rotate pump\(option)")
        _ = try keys.revokeDevice(named: "valve")
        _ = try keys.rotateAuthority()
        #expect(renewals()["the old authority's certificate"] == "coap keys revoke --old-authority\(option)")
        // The list of the old one ends with it.
        #expect(keys.expiringCredentials().count { $0.name == "the revocation list" } == 1)
    }

    @Test func anAuthorityThatHasExpiredIsReplaced() async throws {
        let past = try CertificateAuthority(
            {
                var contents = CertificateAuthority.Contents(name: "past", role: .authority, validFor: 1)
                (contents.notBefore, contents.notAfter) = (1_577_836_800, 1_583_064_000)
                return contents
            }())
        try box.write(String(decoding: try past.certificatePEM(), as: UTF8.self), to: "keys/ca.pem", mode: 0o644)
        try box.write(try past.keyPEM().withBytes { String(decoding: $0, as: UTF8.self) }, to: "keys/ca.key")
        try box.remove("keys/server.pem", "keys/server.key")
        try past.issue(
            .init(name: "gateway", role: .server, alternativeNames: ["DNS:gateway.example"], validFor: 86_400),
            certificatePath: keys.serverCertificatePath, keyPath: keys.serverKeyPath)
        let error = failure { () throws(CoAPError) in try keys.rotateServer() }
        #expect(error?.message.contains("coap keys rotate --authority") == true, "\(error?.message ?? "")")
        _ = try keys.rotateAuthority()
        // Nobody believes the old one any more, so there is nothing to wait for.
        #expect(try keys.rotateServer().hasMoved)
        _ = try keys.rotateDevice(named: "pump", overlap: 0)
        #expect(try await verify("keys/devices/pump.pem", lists: false) == "good")
        #expect(try keys.retireOldAuthority().devices.isEmpty)
    }
}
