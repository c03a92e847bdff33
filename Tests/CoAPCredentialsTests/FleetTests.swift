// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import Foundation
import Testing

@Suite("A fleet of devices")
struct FleetTests {
    let box: Sandbox
    var keys: KeyFolder { box.keys }

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize()
    }

    @Test func aThousandDevicesHaveEachTheirOwn() async throws {
        var told: [Int] = []
        let names = try keys.addFleet(of: 1000, prefix: "pump-", days: 400) { told.append($0) }
        #expect(names.first == "pump-0001" && names.last == "pump-1000" && Set(names).count == 1000)
        #expect(told == Array(1...1000))
        let held = try keys.preSharedKeys().filter { $0.identity.starts(with: "pump-".utf8) }
        #expect(held.count == 1000 && held.allSatisfy { $0.notAfter != nil && $0.key.count == 16 })
        #expect(Set(held.map { $0.key.withBytes { Array($0) } }).count == 1000)
        let listed = try keys.credentials()
        #expect(listed.count == 2002 && listed.allSatisfy { $0.state == .good })
        let verified = try await OpenSSL(
            "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", box.path("keys/ca.pem"),
            box.path("keys/devices/pump-0500.pem"))
        #expect(verified.status == 0, "\(verified.output)")
        #expect(box.mode("keys/devices/pump-0500.key") == 0o600)
        #expect(try keys.revokeDevice(named: "pump-0500").certificates == 1)
    }

    @Test func keysAlone() throws {
        #expect(try keys.addFleet(of: 9, prefix: "v", .preSharedKey) == (1...9).map { "v\($0)" })
        #expect(!box.exists("keys/devices/v1.pem"))
        #expect(try keys.preSharedKeys().count == 10)
    }

    @Test func digitsAreAtLeastAsMany() throws {
        #expect(try keys.addFleet(of: 2, prefix: "d-", .preSharedKey, digits: 4) == ["d-0001", "d-0002"])
        #expect(try keys.addFleet(of: 10, prefix: "e-", .preSharedKey, digits: 1) == (1...10).map { "e-\($0)" })
        for digits in [0, 10] {
            let error = failure { () throws(CoAPError) in try keys.addFleet(of: 2, prefix: "f-", digits: digits) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test func nothingIsOverwritten() throws {
        _ = try keys.addDevice(named: "pump-07", .certificate)
        _ = try keys.addDevice(named: "pump-09")
        _ = try keys.revokeDevice(named: "pump-09")
        let before = try box.snapshot()
        let error = failure { () throws(CoAPError) in try keys.addFleet(of: 10, prefix: "pump-") }
        #expect(error?.code == .invalidCredentials)
        #expect(error?.message.hasPrefix("'pump-07' and 1 more of these names are taken or were revoked") == true)
        #expect(try box.snapshot() == before)
    }

    @Test func whatAFailureMadeIsTakenBack() throws {
        // A folder stands where the last certificate should.
        try FileManager.default.createDirectory(
            atPath: box.path("keys/devices/pump-3.key"), withIntermediateDirectories: false)
        #expect(failure { () throws(CoAPError) in try keys.addFleet(of: 5, prefix: "pump-") }?.code == .fileUnavailable)
        #expect(!box.exists("keys/devices/pump-1.pem") && !box.exists("keys/devices/pump-2.key"))
        #expect(try keys.preSharedKeys().count == 1)
    }

    @Test(arguments: [(0, "p"), (100_001, "p"), (5, ""), (5, "../p"), (5, String(repeating: "p", count: 64))])
    func badArguments(count: Int, prefix: String) throws {
        let before = try box.snapshot()
        // Digits alone are a name.
        guard !prefix.isEmpty else { return #expect(try keys.addFleet(of: 1, prefix: "") == ["1"]) }
        let error = failure { () throws(CoAPError) in try keys.addFleet(of: count, prefix: prefix) }
        #expect(error?.code == .invalidArgument)
        #expect(try box.snapshot() == before)
    }
}
