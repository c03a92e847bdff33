// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("What one observer is sent, and when (RFC 7641 §4.5)")
struct ObserverStateTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)
    private static func at(_ seconds: Double) -> MonotonicTime { start + .nanoseconds(Int64(seconds * 1e9)) }

    private static func state(
        _ policy: NotificationPolicy = .default, _ query: [String] = [], value: Double? = nil
    ) throws -> ObserverState {
        ObserverState(
            policy: policy, conditions: try ConditionalAttributes(query: query), sequence: 1, value: value, at: start)
    }

    @Test("Every fifth notification is confirmable")
    func period() throws {
        var state = try Self.state()
        var types: [MessageType] = []
        for id in 0..<10 as Range<UInt16> {
            guard case .send(let type) = state.changed(value: nil, at: Self.at(Double(id))) else { continue }
            types.append(type)
            state.sent(type, messageID: id, sequence: UInt32(id), value: nil, at: Self.at(Double(id)))
            if type == .confirmable { #expect(state.acknowledged(value: nil, at: Self.at(Double(id))) == .none) }
        }
        let round: [MessageType] = [.nonConfirmable, .nonConfirmable, .nonConfirmable, .nonConfirmable, .confirmable]
        #expect(types == round + round)
    }

    @Test("While one is not acknowledged newer values wait, and one notification makes up for all of them")
    func newestWins() throws {
        var state = try Self.state(.confirmable)
        #expect(state.changed(value: nil, at: Self.at(0)) == .send(.confirmable))
        state.sent(.confirmable, messageID: 7, sequence: 2, value: nil, at: Self.at(0))
        for _ in 0..<3 { #expect(state.changed(value: nil, at: Self.at(1)) == .wait(until: Self.at(3))) }
        #expect(state.acknowledged(value: nil, at: Self.at(2)) == .send(.confirmable))
        state.sent(.confirmable, messageID: 8, sequence: 5, value: nil, at: Self.at(2))
        #expect(state.acknowledged(value: nil, at: Self.at(3)) == .none)
    }

    @Test("While one is repeated, newer values go out non-confirmable, three seconds apart (§4.5.1)")
    func interim() throws {
        var state = try Self.state(.confirmable)
        state.sent(.confirmable, messageID: 7, sequence: 2, value: nil, at: Self.at(0))
        #expect(state.deadline(value: nil) == nil)
        #expect(state.changed(value: nil, at: Self.at(1)) == .wait(until: Self.at(3)))
        #expect(state.deadline(value: nil) == Self.at(3))
        #expect(state.due(value: nil, at: Self.at(3)) == .send(.nonConfirmable))
        state.sent(.nonConfirmable, messageID: 8, sequence: 3, value: nil, at: Self.at(3))
        #expect(state.outstanding == 7 && state.outstandingSequence == 2 && state.sequence == 3)
        #expect(state.isRefused(by: 7) && state.isRefused(by: 8))
        #expect(state.changed(value: nil, at: Self.at(4)) == .wait(until: Self.at(6)))
        #expect(state.acknowledged(value: nil, at: Self.at(5)) == .send(.confirmable))
        // An observer's own periods hold as well.
        var slow = try Self.state(.confirmable, ["pmin=10", "pmax=20"])
        slow.sent(.confirmable, messageID: 7, sequence: 2, value: nil, at: Self.at(0))
        #expect(slow.changed(value: nil, at: Self.at(1)) == .wait(until: Self.at(10)))
        var often = try Self.state(.confirmable, ["pmax=1"])
        often.sent(.confirmable, messageID: 7, sequence: 2, value: nil, at: Self.at(0))
        #expect(often.deadline(value: nil) == Self.at(3))
        #expect(often.due(value: nil, at: Self.at(3)) == .refresh)
    }

    @Test("One is confirmable when 24 hours have passed, whatever the policy")
    func daily() throws {
        var state = try Self.state(.nonConfirmable)
        #expect(state.changed(value: nil, at: Self.at(86_399)) == .send(.nonConfirmable))
        state.sent(.nonConfirmable, messageID: 1, sequence: 2, value: nil, at: Self.at(86_399))
        #expect(state.changed(value: nil, at: Self.at(86_400)) == .send(.confirmable))
        state.sent(.confirmable, messageID: 2, sequence: 3, value: nil, at: Self.at(86_400))
        _ = state.acknowledged(value: nil, at: Self.at(86_401))
        #expect(state.changed(value: nil, at: Self.at(86_402)) == .send(.nonConfirmable))
    }

    @Test("A reset is told by the outstanding message and the last four non-confirmable ones")
    func resets() throws {
        var state = try Self.state(.nonConfirmable)
        for id in 1...5 as ClosedRange<UInt16> {
            state.sent(.nonConfirmable, messageID: id, sequence: UInt32(id), value: nil, at: Self.at(0))
        }
        #expect(!state.isRefused(by: 1))
        #expect((2...5).allSatisfy { state.isRefused(by: $0) })
        state.sent(.confirmable, messageID: 9, sequence: 9, value: nil, at: Self.at(0))
        #expect(state.isRefused(by: 9))
    }

    @Test("pmin holds back, and the newest value goes when it is over")
    func minimumPeriod() throws {
        var state = try Self.state(.nonConfirmable, ["pmin=2"])
        #expect(state.changed(value: nil, at: Self.at(0.5)) == .wait(until: Self.at(2)))
        #expect(state.deadline(value: nil) == Self.at(2))
        #expect(state.changed(value: nil, at: Self.at(1)) == .wait(until: Self.at(2)))
        #expect(state.due(value: nil, at: Self.at(2)) == .send(.nonConfirmable))
        state.sent(.nonConfirmable, messageID: 1, sequence: 2, value: nil, at: Self.at(2))
        #expect(state.deadline(value: nil) == nil)
    }

    @Test("pmax has the representation asked for anew and sent, whatever its value")
    func maximumPeriod() throws {
        var state = try Self.state(.nonConfirmable, ["pmax=10", "gt=100"], value: 5)
        #expect(state.deadline(value: 5) == Self.at(10))
        #expect(state.changed(value: 6, at: Self.at(1)) == .wait(until: Self.at(10)))
        #expect(state.due(value: 6, at: Self.at(10)) == .refresh)
        #expect(state.isForced)
        #expect(state.changed(value: 6, at: Self.at(10)) == .send(.nonConfirmable))
        state.sent(.nonConfirmable, messageID: 1, sequence: 2, value: 6, at: Self.at(10))
        #expect(!state.isForced)
        #expect(state.deadline(value: 6) == Self.at(20))
    }

    @Test("A value that came back before pmin was over is not notified")
    func cameBack() throws {
        var state = try Self.state(.nonConfirmable, ["pmin=2", "st=1"], value: 20)
        #expect(state.changed(value: 22, at: Self.at(1)) == .wait(until: Self.at(2)))
        #expect(state.changed(value: 20, at: Self.at(1.5)) == .none)
        #expect(state.due(value: 20, at: Self.at(2)) == .none)
    }

    @Test("A probe is confirmable and does not wait for pmin, nor for one that is under way")
    func probing() throws {
        var state = try Self.state(.nonConfirmable, ["pmin=1000"])
        #expect(state.probe() == .refresh)
        #expect(state.changed(value: nil, at: Self.at(1)) == .send(.confirmable))
        state.sent(.confirmable, messageID: 1, sequence: 2, value: nil, at: Self.at(1))
        #expect(state.probe() == .none)
    }
}
