// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import DeviceSimulator

@Suite("A fleet's beginning, end and bounds")
struct FleetEndTests {
    @Test("All devices come up by the middle of a run, however short it is")
    func rampUp() async throws {
        let network = FakeNetwork()
        var scenario = Scenario.fleet(10, report: .every(1), duration: 20)
        scenario.rampUp = 1000
        let report = try await network.run(scenario)
        #expect(report.counters.handshakes == 10)
        #expect(network.delivered.first { $0.device == "dev-10" }?.time == 9)
    }

    @Test("What a device has stored is brought even if it starts anew at the end")
    func rebootAtTheEnd() async throws {
        let network = FakeNetwork(downFor: 20..<26)
        let report = try await network.run(
            .fleet(report: .every(1), duration: 30) { group in
                group.faults = [Fault(.reboot(farewell: true), .at(25), duration: 60)]
            })
        #expect(report.counters.reportsMade == 25)
        #expect(report.counters.reportsDelivered == 25)
        #expect(report.counters.reportsLost == 0)
        #expect(network.clock.now < 40)
    }

    @Test("Changes leave nothing behind in the queue of what is due")
    func dueEntries() async throws {
        let network = FakeNetwork()
        let scenario = Scenario.fleet(2, report: .change(by: 0.5, atLatest: 500), duration: 200)
        let engine = FleetEngine(
            Fleet(scenario), in: network, connector: network, clock: network.clock, each: { _, _ in })
        let report = try await engine.run()
        #expect(report.counters.reportsMade == 402)
        let waiting = await engine.takingsDue.count
        #expect(waiting <= 4)
    }

    @Test("Who ends the fleet while it waits at the end loses nothing by that")
    func cancelled() async throws {
        // The first request that comes after the end of the duration cancels the run.
        let running = Locked<Task<FleetReport, any Error>?>(nil)
        let isDown = CoAPError(.timeout, "nothing passes")
        let network = FakeNetwork(
            answer: { $0.time >= 5 ? .failure(isDown) : .success(Response(.changed)) },
            refusal: { time in
                guard time >= 5 else { return nil }
                if time > 12 { running.withLock { $0?.cancel() } }
                return isDown
            })
        let task = running.withLock { running in
            let task = Task { try await network.run(.fleet(report: .every(1), duration: 10)) }
            running = task
            return task
        }
        let report = try await task.value
        #expect(report.counters.reportsLost == 0)
        #expect(report.counters.reportsWaiting == 6)
    }

    @Test("What became of some devices' reports is judged by their names")
    func ofDevices() async throws {
        let network = FakeNetwork(answer: { arrival in
            arrival.device == "dev-02" ? .success(Response(.badRequest)) : .success(Response(.changed))
        })
        var scenario = Scenario.fleet(3, report: .every(1), duration: 9)
        let cases: [(ReportCount, String, Double)] = [
            (.lost, "dev-02", 10), (.lost, "dev-01", 0), (.delivered, "dev-0*", 20), (.made, "dev-*", 30),
            (.waiting, "dev-*", 0),
        ]
        scenario.assertions = cases.map { Assertion("it", .reports($0.0, devices: $0.1, .equal, $0.2)) }
        scenario.assertions.append(Assertion("it", .reports(.lost, devices: "dev-*", .equal, 0)))
        scenario.assertions.append(Assertion("it", .reports(.lost, devices: "pump-*", .equal, 0)))
        let report = try await network.run(scenario)
        #expect(report.verdicts.map(\.holds) == [true, true, true, true, true, false, false])
        #expect(report.verdicts[5].finding == "reports lost of dev-* were 10, most at dev-02 with 10")
        #expect(report.verdicts[6].finding == "no device that reports is named pump-*")
    }

    @Test("A device without any value is no device within bounds, and what is no number is said")
    func silentDevice() throws {
        var report = FleetReport(name: "test")
        var (good, silent) = (
            FleetReport.Extremes(device: "room-1", quantity: "temperature"),
            FleetReport.Extremes(device: "room-2", quantity: "temperature")
        )
        (good.count, good.invalid, good.minimum, good.maximum) = (5, 2, 18, 22)
        report.extremes = [good]
        let check = Assertion.Check.between(quantity: "temperature", devices: "room-*", 15...30)
        report.judge([Assertion("it", check)])
        #expect(report.verdicts[0].holds)
        #expect(report.verdicts[0].finding == "temperature was 18 to 22; 2 were no number")
        (silent.count, silent.invalid) = (3, 3)
        report.extremes = [good, silent]
        report.judge([Assertion("it", check)])
        #expect(!report.verdicts[0].holds)
        #expect(report.verdicts[0].finding == "temperature had no value at room-2; 5 were no number")
    }
}
