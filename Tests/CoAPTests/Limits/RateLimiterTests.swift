// SPDX-License-Identifier: Apache-2.0

import CoAPTesting
import Testing

@testable import CoAP

@Suite("Buckets of tokens")
struct RateLimiterTests {
    private func take(_ limiter: inout RateLimiter<Int>, _ key: Int, at time: Double, price: Double = 1) -> Duration? {
        if let wait = limiter.wait(key, price: price, at: .seconds(time)) { return wait }
        limiter.take(key, price: price, at: .seconds(time))
        return nil
    }

    @Test("A burst, then one in its time; the wait is told")
    func burst() {
        var limiter = RateLimiter<Int>(RequestRate(perSecond: 2, burst: 3))
        for _ in 0..<3 { #expect(take(&limiter, 1, at: 10) == nil) }
        #expect(take(&limiter, 1, at: 10) == .milliseconds(500))
        // What was refused costs nothing.
        #expect(take(&limiter, 1, at: 10.25) == .milliseconds(250))
        #expect(take(&limiter, 1, at: 10.5) == nil)
        #expect(take(&limiter, 1, at: 10.5) != nil)
        #expect(take(&limiter, 2, at: 10.5) == nil)
        // Silence fills the bucket, and no more than that.
        for _ in 0..<3 { #expect(take(&limiter, 1, at: 1000) == nil) }
        #expect(take(&limiter, 1, at: 1000) != nil)
    }

    @Test("Parts of a token")
    func parts() {
        var limiter = RateLimiter<Int>(RequestRate(perSecond: 1, burst: 1))
        for _ in 0..<64 { #expect(take(&limiter, 1, at: 10, price: 1.0 / 64) == nil) }
        #expect(take(&limiter, 1, at: 10, price: 1.0 / 64) != nil)
    }

    @Test("Nobody gets a new bucket by filling the table")
    func fullTable() {
        var limiter = RateLimiter<Int>(RequestRate(perSecond: 1, burst: 2), capacity: 100)
        for _ in 0..<2 { #expect(take(&limiter, 0, at: 10) == nil) }
        #expect(take(&limiter, 0, at: 10) != nil)
        var carriedOut = 0
        for key in 1..<10_000 where take(&limiter, key, at: 10) == nil { carriedOut += 1 }
        // Ninety-nine of their own, and two from the bucket that all the others share.
        #expect(carriedOut == 101)
        #expect(limiter.count == 100)
        #expect(take(&limiter, 0, at: 10) != nil)
        // Those who are known keep what they have.
        #expect(take(&limiter, 50, at: 10) == nil)
        // Buckets that have filled up make room.
        #expect(take(&limiter, 20_000, at: 13) == nil)
        #expect(limiter.count == 1)
    }

    @Test("Extreme rates do not overflow", arguments: [0, -1, 1e-300, 1e300, .infinity, .nan])
    func extremes(rate: Double) {
        var limiter = RateLimiter<Int>(RequestRate(perSecond: rate, burst: .max))
        #expect(take(&limiter, 1, at: 10) == nil)
        var small = RateLimiter<Int>(RequestRate(perSecond: rate, burst: 0))
        #expect(take(&small, 1, at: 10) == nil)
    }

    @Test("Address and identity both pay, or neither; non-confirmable requests are refused once a second")
    func meter() {
        var meter = RequestMeter(
            perAddress: RequestRate(perSecond: 1, burst: 2), perIdentity: RequestRate(perSecond: 0.1, burst: 3))
        let here = AddressBlock(high: 1, low: 1)
        let there = AddressBlock(high: 2, low: 1)
        func judge(_ address: AddressBlock, _ identity: Int?, _ time: Double, _ isConfirmable: Bool = true)
            -> RequestMeter.Verdict
        {
            meter.judge(
                .init(address: address, identity: identity), price: 1, isConfirmable: isConfirmable, at: .seconds(time))
        }
        #expect(judge(here, 1, 10) == .carryOut)
        #expect(judge(here, 1, 10) == .carryOut)
        #expect(judge(here, 1, 10) == .refuse(seconds: 1))
        #expect(judge(there, 1, 10) == .carryOut)
        #expect(judge(there, 1, 10) == .refuse(seconds: 10))
        #expect(judge(there, 2, 10) == .carryOut)
        #expect(judge(there, nil, 10, false) == .refuse(seconds: 1))
        #expect(judge(there, nil, 10.5, false) == .ignore)
        #expect(judge(there, nil, 10.5) == .refuse(seconds: 1))
        #expect(judge(there, nil, 11, false) == .carryOut)
    }

    @Test("IPv4 addresses count one by one, IPv6 addresses by their first 64 bits")
    func blocks() throws {
        func block(_ bytes: [UInt8]) throws -> AddressBlock { AddressBlock(try SocketAddress(bytes: bytes, port: 1)) }
        #expect(try block([10, 0, 0, 1]) != block([10, 0, 0, 2]))
        let prefix: [UInt8] = [0x20, 1, 0xD, 0xB8, 0, 0, 0, 1]
        #expect(try block(prefix + [1, 0, 0, 0, 0, 0, 0, 1]) == block(prefix + [9, 9, 9, 9, 9, 9, 9, 9]))
        #expect(
            try block(prefix + [0, 0, 0, 0, 0, 0, 0, 1])
                != block([0x20, 1, 0xD, 0xB8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1]))
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 10, 0, 0, 1]
        #expect(try block(mapped) == block([10, 0, 0, 1]))
    }

    @Test("Repetitions are free, four of each, a second apart")
    func repetitions() throws {
        var paid = PaidRequests()
        let key = ExchangeKey(messageID: 1, token: .empty, method: .get)
        var isFree = [paid.isRepetition(key, at: .seconds(1))]
        paid.add(key, at: .seconds(1))
        for time in [1.5, 2, 3, 4, 5, 9] { isFree.append(paid.isRepetition(key, at: .seconds(time))) }
        #expect(isFree == [false, false, true, true, true, true, false])
    }
}
