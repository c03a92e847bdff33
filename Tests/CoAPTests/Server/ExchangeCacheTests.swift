// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("De-duplication, without a network")
struct ExchangeCacheTests {
    private let now = MonotonicTime(nanoseconds: 1_000_000_000)

    private func key(_ messageID: UInt16, _ method: Method = .put, token: UInt8 = 1) -> ExchangeKey {
        ExchangeKey(messageID: messageID, token: Token(bits: UInt64(token) << 56, count: 1), method: method)
    }

    @Test("It remembers for the lifetime and no longer")
    func lifetime() {
        var cache = ExchangeCache(capacity: 4)
        cache.note(key(7), nil, lifetime: ExchangeCache.exchangeLifetime, at: now)
        #expect(cache.lookup(key(7), at: now + .seconds(246)) == .done)
        #expect(cache.lookup(key(7), at: now + .seconds(247)) == .new)
        cache.expire(at: now + .seconds(247))
        #expect(cache.count == 0)
    }

    @Test("A message id with another token or method is a new request")
    func otherRequest() {
        var cache = ExchangeCache(capacity: 4)
        cache.note(key(5), Response(.changed), lifetime: .seconds(60), at: now)
        #expect(cache.lookup(key(5), at: now) == .answered(Response(.changed)))
        #expect(cache.lookup(key(5, token: 2), at: now) == .new)
        #expect(cache.lookup(key(5, .get), at: now) == .new)
        cache.note(key(5, token: 2), Response(.deleted), lifetime: .seconds(60), at: now)
        #expect(cache.count == 1)
        #expect(cache.lookup(key(5, token: 2), at: now) == .answered(Response(.deleted)))
    }

    @Test("A full cache forgets its oldest exchange first and never grows")
    func bounded() {
        var cache = ExchangeCache(capacity: 8)
        for messageID in UInt16(0)..<1000 {
            cache.note(key(messageID), nil, lifetime: .seconds(60), at: now)
            #expect(cache.count <= 8)
        }
        for messageID in UInt16(992)..<1000 { #expect(cache.lookup(key(messageID), at: now) == .done) }
        #expect(cache.lookup(key(991), at: now) == .new)
    }

    @Test("When all sessions together remember enough, each keeps its newest sixteen")
    func sharedBound() {
        var cache = ExchangeCache(capacity: 1024)
        for messageID in UInt16(0)..<100 {
            cache.note(key(messageID), nil, lifetime: .seconds(60), at: now, mayGrow: false)
        }
        #expect(cache.count == ExchangeCache.guaranteed)
        #expect(cache.lookup(key(84), at: now) == .done)
    }

    @Test("Of a thousand exchanges all codes are known, and the newest thirty-two responses whole")
    func wholeResponses() {
        var cache = ExchangeCache(capacity: 1024)
        for messageID in UInt16(0)..<1000 {
            cache.note(key(messageID), Response(.changed, text: "\(messageID)"), lifetime: .seconds(60), at: now)
        }
        #expect(cache.lookup(key(0), at: now) == .answered(Response(.changed)))
        #expect(cache.lookup(key(967), at: now) == .answered(Response(.changed)))
        for messageID in UInt16(968)..<1000 {
            #expect(
                cache.lookup(key(messageID), at: now) == .answered(Response(.changed, text: "\(messageID)")))
        }
    }

    @Test("Of large responses only the newest is kept whole")
    func largeResponses() {
        var cache = ExchangeCache(capacity: 8)
        let large = Response(payload: [UInt8](repeating: 1, count: 1000), contentFormat: .octetStream)
        let small = Response(.changed, payload: [1, 2, 3], contentFormat: .octetStream)
        cache.note(key(1), large, lifetime: .seconds(60), at: now)
        cache.note(key(2), small, lifetime: .seconds(60), at: now)
        cache.note(key(3), large, lifetime: .seconds(60), at: now)
        #expect(cache.lookup(key(1), at: now) == .answered(Response(.content)))
        #expect(cache.lookup(key(2), at: now) == .answered(small))
        #expect(cache.lookup(key(3), at: now) == .answered(large))
    }
}
