// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Who observes what (RFC 7641 §4.1)")
struct ObserverRegistryTests {
    private static let now = MonotonicTime(nanoseconds: 1_000_000_000)

    private static func key(_ session: Int, _ token: UInt8) throws -> ObserverKey {
        ObserverKey(
            session: SessionHandle(try #require(OpaquePointer(bitPattern: session * 8))),
            token: Token(bits: UInt64(token) << 56, count: 1))
    }

    private static func group(_ registry: inout ObserverRegistry) throws -> ObservationGroup {
        let observed = registry.observed(ObservableResource(policy: .default, sharing: .allPeers), at: now)
        let request = try Request(.get, "t")
        return ObservationGroup(
            ObservationGroup.Key(route: 0, request: request, identity: nil), request,
            RequestContext(peer: Peer(identity: .anonymous)), of: observed)
    }

    private static func observer(_ key: ObserverKey, _ group: ObservationGroup) -> Observer {
        Observer(
            key, in: group, transfer: BlockwiseRequest(.get, Options()),
            state: ObserverState(
                policy: .default, conditions: ConditionalAttributes(), sequence: 1, value: nil, at: now))
    }

    @Test("A session may have so many, all together so many; one that replaces another is always taken")
    func limits() throws {
        var registry = ObserverRegistry(perSession: 2, inAll: 3)
        let group = try Self.group(&registry)
        for key in [try Self.key(1, 1), try Self.key(1, 2)] {
            #expect(registry.hasRoom(for: key))
            registry.add(Self.observer(key, group))
        }
        #expect(try !registry.hasRoom(for: Self.key(1, 3)))
        #expect(try registry.hasRoom(for: Self.key(1, 2)))
        registry.add(Self.observer(try Self.key(2, 1), group))
        #expect(try !registry.hasRoom(for: Self.key(2, 2)))
        #expect(try !registry.hasRoom(for: Self.key(3, 1)))
        #expect(registry.count == 3 && group.observers.count == 3)
        _ = registry.remove(try Self.key(1, 1))
        #expect(try registry.hasRoom(for: Self.key(3, 1)))
        #expect(ObserverRegistry(perSession: 0, inAll: 9).hasRoom(for: try Self.key(1, 1)) == false)
    }

    @Test("The same token on two sessions are two observations")
    func keys() throws {
        var registry = ObserverRegistry(perSession: 2, inAll: 9)
        let group = try Self.group(&registry)
        registry.add(Self.observer(try Self.key(1, 1), group))
        registry.add(Self.observer(try Self.key(2, 1), group))
        #expect(registry.remove(try Self.key(1, 1)) != nil)
        #expect(registry.remove(try Self.key(1, 1)) == nil)
        #expect(registry.observer(try Self.key(2, 1)) != nil)
        #expect(try !registry.hasObservers(Self.key(1, 1).session))
    }

    @Test("An acknowledgement finds its observer once, and only on its session; a reset finds it too")
    func messageIDs() throws {
        var registry = ObserverRegistry(perSession: 2, inAll: 9)
        let group = try Self.group(&registry)
        let observer = Self.observer(try Self.key(1, 1), group)
        registry.add(observer)
        observer.state.sent(.confirmable, messageID: 77, sequence: 2, value: nil, at: Self.now)
        registry.awaits(77, observer)
        let (session, other) = (try Self.key(1, 1).session, try Self.key(2, 1).session)
        #expect(registry.refusing(77, on: session) === observer)
        #expect(registry.refusing(77, on: other) == nil)
        #expect(registry.settle(77, on: other) == nil)
        #expect(registry.settle(77, on: session) === observer)
        #expect(registry.settle(77, on: session) == nil)
        registry.awaits(78, observer)
        _ = registry.remove(observer.key)
        #expect(registry.settle(78, on: session) == nil)
    }
}
