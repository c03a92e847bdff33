// SPDX-License-Identifier: Apache-2.0

/// The requests of one peer that were paid for last, so that their repetitions cost nothing: four of each, MAX_RETRANSMIT
/// (RFC 7252 §4.8). Those that only read are carried out again, and remembered nowhere else.
struct PaidRequests {
    private var newest: [(key: ExchangeKey, repetitions: Int)] = []

    static let capacity = 32
    static let maximumRepetitions = 4

    /// Notes that a request comes; true when it is the repetition of one that was paid for.
    mutating func isRepetition(_ key: ExchangeKey) -> Bool {
        guard let index = newest.lastIndex(where: { $0.key == key }),
            newest[index].repetitions < Self.maximumRepetitions
        else { return false }
        newest[index].repetitions += 1
        return true
    }

    /// Notes a request that was paid for.
    mutating func add(_ key: ExchangeKey) {
        newest.removeAll { $0.key == key }
        if newest.count >= Self.capacity { newest.removeFirst() }
        newest.append((key, 0))
    }
}
