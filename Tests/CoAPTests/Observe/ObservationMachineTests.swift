// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("What an observation does when")
struct ObservationMachineTests {
    private let start = ContinuousClock.now
    private static let timeout = CoAPError(.timeout, "no answer")

    private func machine(
        _ configuration: ObservationConfiguration = ObservationConfiguration(), random: Double = 0
    ) -> ObservationMachine {
        ObservationMachine(configuration, at: start, random: { random })
    }

    private func value(_ sequence: UInt32?, maxAge: UInt32? = nil, _ text: String = "") -> Response {
        var response = Response(text: text)
        response.options.observe = sequence
        response.options.maxAge = maxAge
        return response
    }

    private func state(_ response: Response) -> ObservationState {
        .value(.init(response, sequence: response.options.observe))
    }

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("Values are told in order, and nothing of those that were overtaken")
    func values() {
        var machine = machine()
        for (sequence, isTold) in [(1, true), (3, true), (2, false), (3, false), (4, true)] as [(UInt32, Bool)] {
            let outcome = machine.received(value(sequence), at: start)
            #expect(outcome.states == (isTold ? [state(value(sequence))] : []))
            #expect(!outcome.registers)
        }
    }

    @Test(
        "Without Max-Age a value is fresh for 60 s, and 5 to 15 s later a registration is due", arguments: [0.0, 1.0])
    func watchdog(random: Double) {
        var machine = machine(random: random)
        #expect(machine.deadline == nil, "the first registration has its own deadline")
        _ = machine.received(value(1), at: start)
        #expect(machine.deadline == at(61))
        expect(machine.passed(at: at(60.9)).states.isEmpty)
        let stale = machine.passed(at: at(61))
        #expect(stale.states == [.stale(since: at(60))])
        #expect(!stale.registers)
        let due = at(65 + 10 * random)
        #expect(machine.deadline == due)
        let renewal = machine.passed(at: due)
        #expect(renewal.registers && renewal.states.isEmpty)
        #expect(machine.deadline == nil)
        expect(machine.received(value(2), at: due).states == [.resumed, state(value(2))])
        #expect(machine.deadline == due + .seconds(61))
    }

    @Test("Max-Age counts from the last value")
    func maxAge() {
        var machine = machine()
        _ = machine.received(value(1, maxAge: 10), at: start)
        _ = machine.received(value(2, maxAge: 20), at: at(9))
        #expect(machine.deadline == at(30))
        // One that was overtaken makes nothing fresh.
        _ = machine.received(value(1, maxAge: 90), at: at(10))
        #expect(machine.deadline == at(30))
    }

    @Test("The longest Max-Age there is can be waited for")
    func longest() {
        var machine = machine()
        _ = machine.received(value(1, maxAge: .max), at: start)
        #expect(machine.deadline == at(4_294_967_296))
    }

    @Test("A notification that comes late resumes without a registration")
    func late() {
        var machine = machine()
        _ = machine.received(value(1), at: start)
        _ = machine.passed(at: at(61))
        expect(machine.received(value(2), at: at(62)).states == [.resumed, state(value(2))])
        expect(!machine.passed(at: at(66)).registers)
    }

    @Test("A server that counts anew is heard after a new registration")
    func restarted() {
        var machine = machine()
        _ = machine.received(value(500), at: start)
        _ = machine.passed(at: at(61))
        expect(machine.received(value(2), at: at(62)).states.isEmpty)
        expect(machine.passed(at: at(65)).registers)
        expect(machine.received(value(3), at: at(66)).states == [.resumed, state(value(3))])
    }

    @Test("While the server does not answer, the waits double, up to the longest one")
    func backoff() {
        var configuration = ObservationConfiguration()
        configuration.maximumRetryDelay = .seconds(10)
        var machine = machine(configuration)
        var now = start
        expect(machine.failed(Self.timeout, at: now).states == [.stale(since: start, cause: Self.timeout)])
        for delay in [2, 4, 8, 10, 10] {
            #expect(machine.deadline == now + .seconds(delay))
            now += .seconds(delay)
            let outcome = machine.passed(at: now)
            #expect(outcome.registers && outcome.states.isEmpty)
            expect(machine.failed(Self.timeout, at: now).states.isEmpty, "stale is told once")
        }
        _ = machine.passed(at: now + .seconds(10))
        expect(machine.received(value(1), at: now).states == [.resumed, state(value(1))])
        // An answer ends the doubling.
        _ = machine.passed(at: now + .seconds(65))
        let end = now + .seconds(70)
        _ = machine.failed(Self.timeout, at: end)
        #expect(machine.deadline == end + .seconds(2))
    }

    @Test("Why no value comes is told with the stale one, and again when another reason is known")
    func cause() {
        var machine = machine()
        _ = machine.received(value(1), at: start)
        expect(machine.passed(at: at(61)).states == [.stale(since: at(60))])
        _ = machine.passed(at: at(200))
        expect(machine.failed(Self.timeout, at: at(200)).states == [.stale(since: at(60), cause: Self.timeout)])
        _ = machine.passed(at: at(300))
        expect(machine.failed(Self.timeout, at: at(300)).states.isEmpty)
        _ = machine.passed(at: at(400))
        let refused = CoAPError(.handshakeFailed, "the server does not know the identity")
        expect(machine.failed(refused, at: at(400)).states == [.stale(since: at(60), cause: refused)])
        _ = machine.passed(at: at(500))
        expect(machine.received(value(2), at: at(500)).states == [.resumed, state(value(2))])
        expect(machine.passed(at: at(561)).states == [.stale(since: at(560))], "it is forgotten with a value")
    }

    @Test("Up to half of a wait is taken off at random")
    func jitter() {
        var machine = machine(random: 1)
        _ = machine.failed(Self.timeout, at: start)
        #expect(machine.deadline == at(1))
    }

    @Test("It gives up after so many failures, if told to")
    func gaveUp() {
        var configuration = ObservationConfiguration()
        configuration.maximumFailedRegistrations = 2
        var machine = machine(configuration)
        _ = machine.received(value(1), at: start)
        expect(machine.passed(at: at(65)).registers)
        expect(machine.failed(Self.timeout, at: at(70)).states == [.stale(since: at(60), cause: Self.timeout)])
        expect(machine.passed(at: at(72)).registers)
        expect(machine.failed(Self.timeout, at: at(80)).states == [.ended(.gaveUp(Self.timeout))])
        #expect(machine.isOver && machine.deadline == nil)
    }

    @Test(
        "A first registration that waiting does not mend fails at once",
        arguments: [CoAPError.Code.handshakeFailed, .unreachable, .protocolError, .tooLarge])
    func hopeless(code: CoAPError.Code) {
        var first = machine()
        let error = CoAPError(code, "no")
        let outcome = first.failed(error, at: start)
        #expect(outcome.error == error && outcome.states.isEmpty && first.isOver)
        // Later ones may have another reason: the server is being started, say.
        var later = machine()
        _ = later.received(value(1), at: start)
        _ = later.passed(at: at(65))
        let again = later.failed(error, at: at(70))
        #expect(again.error == nil && !later.isOver)
    }

    @Test("A response of no success ends it", arguments: [Code.notFound, .internalServerError])
    func terminal(code: Code) {
        var machine = machine()
        _ = machine.received(value(1), at: start)
        let response = Response.diagnostic(code, "gone")
        expect(machine.received(response, at: start).states == [.ended(.response(response))])
        #expect(machine.isOver && machine.deadline == nil)
        expect(machine.received(value(2), at: start).states.isEmpty)
    }

    @Test("The answer of a server that does not observe is the only value")
    func notObserved() {
        var machine = machine()
        let answer = value(nil)
        expect(machine.received(answer, at: start).states == [state(answer), .ended(.notObserved)])
        #expect(machine.isOver)
    }

    @Test("Another connection means another registration, and counting anew")
    func moved() {
        var machine = machine()
        _ = machine.received(value(500), at: start)
        expect(machine.moved(at: at(5)).registers)
        expect(!machine.moved(at: at(5)).registers, "one is under way")
        expect(machine.received(value(1), at: at(6)).states == [.resumed, state(value(1))])
        expect(machine.received(value(2), at: at(6)).states == [state(value(2))])
    }

    @Test("A server that answers and closes is not asked anew at once")
    func movedSoon() {
        var machine = machine(random: 1)
        _ = machine.received(value(1), at: start)
        let outcome = machine.moved(at: at(0.5))
        #expect(!outcome.registers && outcome.states.isEmpty)
        #expect(machine.deadline == at(1.5))
        let later = machine.passed(at: at(1.5))
        #expect(later.registers && later.states.isEmpty, "the value is fresh")
    }

    @Test("5.03 and 4.29 after a value are waited out; as the first answer they are the end")
    func busy() {
        for code in [Code.serviceUnavailable, .tooManyRequests] {
            var machine = machine()
            var busy = Response(code)
            busy.options.maxAge = 5
            expect(machine.received(busy, at: start).states == [.ended(.response(busy))])
            machine = self.machine(random: 1)
            _ = machine.received(value(1), at: start)
            let outcome = machine.received(busy, at: at(1))
            #expect(!outcome.registers && outcome.states.isEmpty && !machine.isOver)
            #expect(machine.deadline == at(7), "as long as the server says, and then as after any failure")
            expect(machine.passed(at: at(7)).registers)
            expect(machine.received(value(1), at: at(7)).states == [state(value(1))])
        }
    }

    @Test("A value whose blocks did not come is registered for anew")
    func missed() {
        var machine = machine(random: 1)
        expect(!machine.fetched(Self.timeout, at: start).registers, "one is under way")
        _ = machine.received(value(1, maxAge: 1_000_000), at: start)
        expect(machine.fetched(Self.timeout, at: at(1)).states.isEmpty)
        #expect(machine.deadline == at(2))
        expect(machine.passed(at: at(2)).registers)
        // Ever more rarely, until one comes whole.
        _ = machine.received(value(2, maxAge: 1_000_000), at: at(3))
        _ = machine.fetched(Self.timeout, at: at(3))
        #expect(machine.deadline == at(5))
        _ = machine.passed(at: at(5))
        _ = machine.received(value(3, maxAge: 1_000_000), at: at(5))
        _ = machine.fetched(nil, at: at(5))
        _ = machine.fetched(Self.timeout, at: at(6))
        #expect(machine.deadline == at(7))
    }

    @Test("Values that never come whole are an end, where there is one")
    func missedForGood() {
        var configuration = ObservationConfiguration()
        configuration.maximumFailedRegistrations = 2
        var machine = machine(configuration)
        for second in 0..<2 {
            _ = machine.received(value(UInt32(second)), at: at(Double(second * 10)))
            let outcome = machine.fetched(Self.timeout, at: at(Double(second * 10)))
            #expect(outcome.states == (second == 1 ? [.ended(.gaveUp(Self.timeout))] : []))
            _ = machine.passed(at: at(Double(second * 10 + 5)))
        }
        #expect(machine.isOver)
    }

    @Test("A value goes stale while a registration is under way")
    func staleMeanwhile() {
        var machine = machine()
        _ = machine.received(value(1), at: start)
        _ = machine.moved(at: at(5))
        #expect(machine.deadline == at(61))
        let outcome = machine.passed(at: at(61))
        #expect(outcome.states == [.stale(since: at(60))] && !outcome.registers)
        #expect(machine.deadline == nil)
    }

    @Test("A failure before Max-Age has passed makes nothing stale")
    func freshAfterFailure() {
        var machine = machine()
        _ = machine.received(value(1), at: start)
        _ = machine.moved(at: at(5))
        expect(machine.failed(Self.timeout, at: at(10)).states.isEmpty)
        #expect(machine.deadline == at(12))
    }

    @Test("The session's end is told")
    func closed() {
        var machine = machine()
        let error = CoAPError(.closed, "closed")
        expect(machine.close(error).states == [.ended(.closed(error))])
        expect(machine.close(error).states.isEmpty)
    }
}
