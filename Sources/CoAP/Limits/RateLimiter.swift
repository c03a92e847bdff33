// SPDX-License-Identifier: Apache-2.0

/// A bucket of tokens for each key, in one number each: when it will be full again (the generic cell rate algorithm). No I/O.
///
/// A full bucket is as good as none and is forgotten. While as many as there is room for are not full, further keys share one
/// bucket: whoever comes from many addresses resets neither his own buckets nor anybody else's.
struct RateLimiter<Key: Hashable> {
    private struct Bucket {
        var full: MonotonicTime
        /// From when on one more refusal is answered.
        var answering = MonotonicTime(nanoseconds: 0)
    }

    private var buckets: [Key: Bucket] = [:]
    private var shared = Bucket(full: MonotonicTime(nanoseconds: 0))
    private let interval: Double
    private let depth: UInt64
    private let capacity: Int
    private var nextPurge = MonotonicTime(nanoseconds: 0)

    /// - Parameters:
    ///   - rate: of each key.
    ///   - capacity: how many buckets that are not full are kept, some 50 bytes each.
    init(_ rate: RequestRate, capacity: Int = 65_536) {
        interval = 1_000_000_000 / rate.perSecond
        depth = UInt64(min(interval * Double(rate.burst), 4e18))
        self.capacity = max(1, capacity)
    }

    /// How many buckets are kept.
    var count: Int { buckets.count }

    /// How long a request has to wait for its tokens, which it does not take; nil when they are there.
    mutating func wait(_ key: Key, price: Double = 1, at now: MonotonicTime) -> Duration? {
        let full = after(bucket(key, at: now), price, now)
        let wait = full - now.nanoseconds
        return wait <= depth ? nil : .nanoseconds(Int64(clamping: wait - depth))
    }

    /// Takes the tokens of a request that is carried out.
    mutating func take(_ key: Key, price: Double = 1, at now: MonotonicTime) {
        var bucket = bucket(key, at: now)
        bucket.full = MonotonicTime(nanoseconds: after(bucket, price, now))
        put(bucket, key)
    }

    /// True once a second for each key: then the refusal of a non-confirmable request is answered.
    mutating func mayAnswer(_ key: Key, at now: MonotonicTime) -> Bool {
        var bucket = bucket(key, at: now)
        guard bucket.answering <= now else { return false }
        bucket.answering = now + .seconds(1)
        put(bucket, key)
        return true
    }

    private mutating func bucket(_ key: Key, at now: MonotonicTime) -> Bucket {
        if let known = buckets[key] { return known }
        if buckets.count >= capacity { purge(at: now) }
        return buckets.count < capacity ? Bucket(full: MonotonicTime(nanoseconds: 0)) : shared
    }

    private func after(_ bucket: Bucket, _ price: Double, _ now: MonotonicTime) -> UInt64 {
        max(bucket.full, now).nanoseconds.addingReportingOverflow(UInt64(min(interval * price, 4e18))).partialValue
    }

    private mutating func put(_ bucket: Bucket, _ key: Key) {
        if buckets.count < capacity || buckets[key] != nil { buckets[key] = bucket } else { shared = bucket }
    }

    /// Forgets full buckets; at most ten times a second, as it looks at all.
    private mutating func purge(at now: MonotonicTime) {
        guard now >= nextPurge else { return }
        nextPurge = now + .milliseconds(100)
        buckets = buckets.filter { $0.value.full > now || $0.value.answering > now }
    }
}
