// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Certificates that are refused by fingerprint or serial number")
struct RetirementTableTests {
    private static let hash = [UInt8](repeating: 7, count: 32)
    private static let other = [UInt8](repeating: 8, count: 32)

    @Test("A serial number counts for the authority that gave it, or where nobody knows which that was")
    func serialNumber() {
        let table = RetirementTable([
            RetiredCertificate(serialNumber: [0, 1, 2], authority: [0xA], until: 5),
            RetiredCertificate(serialNumber: [3], authority: nil, until: 6),
        ])
        func end(_ number: [UInt8], _ authority: [UInt8]?) -> Int64? {
            table.end(fingerprint: Self.hash, serialNumber: number, authority: authority)
        }
        #expect(end([1, 2], [0xA]) == 5 && end([0, 1, 2], [0xA]) == 5)
        #expect(end([1, 2], [0xB]) == nil && end([1, 2], nil) == 5)
        #expect(end([3], [0xA]) == 6 && end([3], nil) == 6)
        #expect(end([1, 2, 0], [0xA]) == nil && end([], nil) == nil)
    }

    @Test("The earliest end counts, whatever it is named by")
    func earliest() {
        let table = RetirementTable([
            RetiredCertificate(fingerprint: Self.hash, until: 9), RetiredCertificate(fingerprint: Self.hash, until: 8),
            RetiredCertificate(serialNumber: [1], authority: [0xA], until: 7),
            RetiredCertificate(serialNumber: [1], authority: [0xB], until: 3),
        ])
        #expect(table.end(fingerprint: Self.hash, serialNumber: [2], authority: [0xA]) == 8)
        #expect(table.end(fingerprint: Self.hash, serialNumber: [1], authority: [0xA]) == 7)
        #expect(table.end(fingerprint: Self.other, serialNumber: [1], authority: [0xB]) == 3)
        #expect(table.end(fingerprint: Self.other, serialNumber: [2], authority: [0xB]) == nil)
    }

    @Test("Only what is named by its fingerprint has one")
    func fingerprint() {
        #expect(RetiredCertificate(fingerprint: Self.hash, until: 1).fingerprint == Self.hash)
        #expect(RetiredCertificate(serialNumber: [1], authority: nil, until: 1).fingerprint == nil)
    }
}
