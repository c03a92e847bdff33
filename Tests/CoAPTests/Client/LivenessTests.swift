// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("When a server counts as silent")
struct LivenessTests {
    private static let start = MonotonicTime.now
    private static func at(_ seconds: Double) -> MonotonicTime { start + .seconds(seconds) }

    @Test("Nothing sent, nothing missed")
    func idle() {
        var liveness = Liveness(ackTimeout: .seconds(2))
        #expect(!liveness.isSilent(at: Self.at(1_000)))
        liveness.heard()
        #expect(!liveness.isSilent(at: Self.at(1_000)))
        #expect(liveness.silentFrom == nil)
    }

    @Test("Three times the acknowledgement's time after the first thing sent")
    func silent() {
        var liveness = Liveness(ackTimeout: .seconds(2))
        liveness.sent(at: Self.at(1))
        liveness.sent(at: Self.at(5))
        #expect(liveness.silentFrom == Self.at(7))
        #expect(!liveness.isSilent(at: Self.at(6.9)))
        #expect(liveness.isSilent(at: Self.at(7)))
    }

    @Test("A sign of life starts the wait anew with the next thing sent")
    func heard() {
        var liveness = Liveness(ackTimeout: .seconds(2))
        liveness.sent(at: Self.at(1))
        let before = liveness.mark
        liveness.heard()
        #expect(!liveness.isSilent(at: Self.at(100)))
        #expect(liveness.wasHeard && liveness.mark > before)
        liveness.sent(at: Self.at(50))
        #expect(liveness.isSilent(at: Self.at(56)))
    }
}
