// SPDX-License-Identifier: Apache-2.0

/// How confirmable messages are repeated until they are acknowledged (RFC 7252 §4.8).
public struct TransmissionParameters: Hashable, Sendable {
    /// ACK_TIMEOUT: how long to wait before the first repetition, 1 s to 1 h (RFC 7252 §4.8.1); 2 s.
    public var ackTimeout: Duration = .seconds(2)

    /// ACK_RANDOM_FACTOR: that wait is stretched by a random factor between 1 and this, 1 to 10; 1.5.
    public var ackRandomFactor: Double = 1.5

    /// MAX_RETRANSMIT: how often a message is repeated, each wait twice the one before, 1 to 20; 4.
    public var maximumRetransmissions: Int = 4

    /// NSTART: how many confirmable messages may be under way to one peer at once, 1 to 255; 16.
    ///
    /// RFC 7252 §4.7 starts at 1 for networks without congestion control; 16 lets requests overlap on one session. Requests
    /// above wait for their turn, and are not sent when their deadline passes before.
    public var maximumOutstanding: Int = 16

    /// The parameters of RFC 7252, but for overlapping requests.
    public init() {}
}

extension TransmissionParameters {
    /// - Throws: `CoAPError` with code `invalidArgument` for what libcoap would ignore without a word, or cut.
    func validate() throws(CoAPError) {
        let wrong: String? =
            if !(Duration.seconds(1)...Duration.seconds(3_600)).contains(ackTimeout) {
                "ackTimeout is 1 s to 1 h"
            } else if !(1...10).contains(ackRandomFactor) {
                "ackRandomFactor is 1 to 10"
            } else if !(1...20).contains(maximumRetransmissions) {
                "maximumRetransmissions is 1 to 20"
            } else if !(1...255).contains(maximumOutstanding) {
                "maximumOutstanding is 1 to 255"
            } else {
                nil
            }
        if let wrong { throw CoAPError(.invalidArgument, "the transmission parameters cannot be used: \(wrong)") }
    }
}
