// SPDX-License-Identifier: Apache-2.0

import CoAP
import Synchronization
import Testing

@Suite("Pre-shared keys with holders and ends")
struct PreSharedKeyTableTests {
    /// A clock that a test sets.
    private final class Clock: Sendable {
        private let seconds = Atomic<Int64>(1_000)
        var now: Int64 { seconds.load(ordering: .relaxed) }
        func set(_ now: Int64) { seconds.store(now, ordering: .relaxed) }
    }

    /// A store of the time before keys had holders.
    private struct PlainStore: PreSharedKeyStore {
        let secret: Secret
        func key(for identity: [UInt8]) -> Secret? { identity == Array("pump".utf8) ? secret : nil }
    }

    private let secret = Secret(Array("0123456789abcdef".utf8))

    @Test("A key belongs to its identity and has no end unless said")
    func defaults() throws {
        let key = try PreSharedKey(identity: "pump", key: secret)
        #expect(key.holder == Array("pump".utf8))
        #expect(key.notAfter == nil)
        #expect(key.isGood(at: .max))
    }

    @Test("A holder has the limits of an identity", arguments: ["", "a\0b", String(repeating: "x", count: 256)])
    func holderLimits(holder: String) {
        #expect(throws: CoAPError.self) { try PreSharedKey(identity: "pump", key: secret, holder: holder) }
    }

    @Test("Keys that differ in holder or end are not the same")
    func equality() throws {
        let key = try PreSharedKey(identity: "pump.2", key: secret, holder: "pump", notAfter: 5)
        #expect(try key == PreSharedKey(identity: "pump.2", key: secret, holder: "pump", notAfter: 5))
        #expect(try key != PreSharedKey(identity: "pump.2", key: secret, notAfter: 5))
        #expect(try key != PreSharedKey(identity: "pump.2", key: secret, holder: "pump"))
    }

    @Test("A table finds a key through its last second and not after it")
    func end() throws {
        let clock = Clock()
        let table = try PreSharedKeyTable(
            [
                try PreSharedKey(identity: "pump", key: secret, notAfter: 1_500),
                try PreSharedKey(identity: "pump.2", key: secret, holder: "pump"),
            ]
        ) { clock.now }
        let old = Array("pump".utf8)
        clock.set(1_500)
        #expect(table.key(for: old) == secret)
        #expect(table.entry(for: old)?.notAfter == 1_500)
        clock.set(1_501)
        #expect(table.key(for: old) == nil)
        #expect(table.entry(for: old) == nil)
        #expect(table.entry(for: Array("pump.2".utf8))?.holder == old)
        #expect(table.identities.count == 2)
    }

    @Test("A store that knows keys only says that identities hold them")
    func plainStore() throws {
        let store: any PreSharedKeyStore = PlainStore(secret: secret)
        let entry = try #require(store.entry(for: Array("pump".utf8)))
        #expect(entry.holder == entry.identity)
        #expect(entry.key == secret)
        #expect(entry.notAfter == nil)
        #expect(store.entry(for: Array("valve".utf8)) == nil)
    }

    @Test("Security carries the certificates that were replaced")
    func retired() throws {
        var security = ServerSecurity.preSharedKeys(try PreSharedKeyTable([PreSharedKey]()))
        #expect(security.retired.isEmpty)
        security.retired = [RetiredCertificate(fingerprint: Array(repeating: 7, count: 32), until: 9)]
        #expect(security.retired.first?.until == 9)
    }
}
