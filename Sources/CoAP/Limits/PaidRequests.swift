// SPDX-License-Identifier: Apache-2.0

/// The requests of one peer that were paid for last, so that their repetitions cost nothing: four of each, MAX_RETRANSMIT, a
/// second apart at least (RFC 7252 §4.8). Those that only read are carried out again, and remembered nowhere else.
struct PaidRequests {
    private var newest: [(key: ExchangeKey, last: MonotonicTime, repetitions: Int)] = []

    static let capacity = 32
    static let maximumRepetitions = 4
    static let shortestWait: Duration = .seconds(1)

    /// Notes that a request comes; true when it is the repetition of one that was paid for.
    mutating func isRepetition(_ key: ExchangeKey, at now: MonotonicTime) -> Bool {
        guard let index = newest.lastIndex(where: { $0.key == key }),
            newest[index].repetitions < Self.maximumRepetitions, now - newest[index].last >= Self.shortestWait
        else { return false }
        newest[index].repetitions += 1
        newest[index].last = now
        return true
    }

    /// Notes a request that was paid for.
    mutating func add(_ key: ExchangeKey, at now: MonotonicTime) {
        newest.removeAll { $0.key == key }
        if newest.count >= Self.capacity { newest.removeFirst() }
        newest.append((key, now, 0))
    }
}
