// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@Suite("How credentials stand")
struct ListingTests {
    let box: Sandbox
    var keys: KeyFolder { box.keys }
    private let now = Int64(Date().timeIntervalSince1970)

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize()
    }

    private func states(_ device: String) throws -> [String] {
        try keys.credentials().filter { $0.device == device }.map { "\($0.kind?.rawValue ?? "-"): \($0.stateText)" }
    }

    @Test(arguments: [(1, "expires in 1 day"), (30, "expires in 30 days"), (31, "good")])
    func theEndIsSaidAMonthAhead(days: Int, state: String) throws {
        _ = try keys.addDevice(named: "pump", days: days)
        #expect(try states("pump") == ["key: \(state)", "certificate: \(state)"])
    }

    @Test func whatHasRunOutIsSaid() throws {
        try box.write(
            #"[{"identity": "pump", "key": "0011223344556677", "expires": "2020-01-01T00:00:00Z"}]"#,
            to: "keys/psk.json")
        #expect(try states("pump") == ["key: expired"])
        #expect(
            failure { () throws(CoAPError) in try keys.export(device: "pump") }?.message.contains("ran out") == true)
    }

    @Test func everythingThatRunsOutIsLookedAt() throws {
        _ = try keys.addDevice(named: "pump", days: 9)
        _ = try keys.rotateDevice(named: "pump", .preSharedKey, overlap: 60)
        _ = try keys.addDevice(named: "gone", days: 5)
        _ = try keys.revokeDevice(named: "gone")
        let authority = try CertificateAuthority(named: "vendor")
        try box.write(String(decoding: try authority.certificatePEM(), as: UTF8.self), to: "vendor.pem")
        _ = try keys.importCertificates(from: box.path("vendor.pem"))
        let found = keys.expiringCredentials()
        // The old key of pump ends by plan, and gone has nothing to lose.
        #expect(
            Set(found.map { "\($0.kind.rawValue): \($0.name)" }) == [
                "authority: the authority's certificate", "authority: the revocation list",
                "authority: the certificate of the imported authority vendor", "server: the server's certificate",
                "devices: the certificate of device-1", "devices: the certificate of pump", "devices: the key of pump",
            ])
        let ends = Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.notAfter) })
        let day: Int64 = 86_400
        #expect(ends["the certificate of pump"].map { abs($0 - now - 9 * day) < 60 } == true)
        #expect(ends["the key of pump"].map { $0 > now + 700 * day } == true)
        #expect(ends["the revocation list"] == ends["the authority's certificate"])
        // A folder that is not there has nothing that runs out.
        #expect(KeyFolder(path: box.path("nothing")).expiringCredentials().isEmpty)
    }
}
