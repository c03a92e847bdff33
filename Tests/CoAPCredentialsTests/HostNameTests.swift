// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Testing

struct HostNameTests {
    @Test func thisHostsOwnNameIsCertified() throws {
        let box = try Sandbox()
        _ = try box.keys.initialize()
        let names = try CredentialFiles.certificateSummary(at: box.keys.serverCertificatePath).alternativeNames
        var expected: Set<CertificateIdentity.AlternativeName> = [
            .dns("localhost"), .ip([127, 0, 0, 1]), .ip([UInt8](repeating: 0, count: 15) + [1]),
        ]
        if let own = KeyFolder.hostName { expected.insert(.dns(own)) }
        #expect(Set(names) == expected)
    }

    @Test func namesAreTakenOnce() throws {
        let box = try Sandbox()
        _ = try box.keys.initialize(hostNames: ["localhost", "Gateway.Example", "gateway.example", "::1"])
        let names = try CredentialFiles.certificateSummary(at: box.keys.serverCertificatePath).alternativeNames
        #expect(names.count == 4)
        #expect(names.contains(.dns("gateway.example")))
    }

    @Test func aNameTooLongForACommonNameIsStillCertified() throws {
        let box = try Sandbox()
        let name = [String](repeating: "label", count: 20).joined(separator: ".")
        _ = try box.keys.initialize(hostNames: [name])
        let summary = try CredentialFiles.certificateSummary(at: box.keys.serverCertificatePath)
        #expect(summary.subject == "CN=localhost")
        #expect(summary.alternativeNames.contains(.dns(name)))
    }

    @Test(arguments: ["", "under_score", "-a", "a-", "a..b", "a,DNS:b", "a b", "fe80::1%eth0", "*"])
    func whatIsNoHostNameIsRefusedBeforeAnythingIsMade(name: String) throws {
        let box = try Sandbox()
        let error = failure { () throws(CoAPError) in try box.keys.initialize(hostNames: [name]) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("'\(name)'") == true)
        #expect(!box.exists("keys"))
    }
}
