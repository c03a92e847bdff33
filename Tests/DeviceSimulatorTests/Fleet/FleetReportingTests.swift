// SPDX-License-Identifier: Apache-2.0

import CoAP
import SenML
import Testing

@testable import DeviceSimulator

@Suite("A fleet's reports")
struct FleetReportingTests {
    @Test("Reports come at their period, numbered, in SenML", arguments: [true, false])
    func period(usesCBOR: Bool) async throws {
        let network = FakeNetwork()
        let report = try await network.run(.fleet { $0.report?.usesCBOR = usesCBOR })
        let arrivals = network.delivered
        #expect(arrivals.map(\.number) == [1, 2, 3, 4, 5])
        #expect(try arrivals.map { try $0.values } == [[0], [5], [10], [15], [20]])
        let first = try #require(arrivals.first)
        #expect(first.request.pathDescription == "/reports")
        #expect(first.request.options.contentFormat == (usesCBOR ? .senMLCBOR : .senMLJSON))
        #expect(arrivals.allSatisfy { $0.isConfirmable })
        let value = try #require(try arrivals[1].records.last)
        #expect(value.name == "urn:dev:ops:32473-dev-01:temperature")
        #expect(value.unit == .celsius)
        #expect(value.time == 1_800_000_005)
        #expect(report.counters.reportsMade == 5)
        #expect(report.counters.reportsSent == 5)
        #expect(report.counters.reportsDelivered == 5)
        #expect(report.counters.reportsLost == 0)
        #expect(report.counters.reportsWaiting == 0)
        #expect(report.counters.handshakes == 1)
        #expect(report.counters.devicesUp == 1)
        #expect(report.latency.count == 5)
        #expect(report.samples == 21)
        #expect(report.simulated == 20)
        #expect(network.closed == [0: true])
    }

    @Test("Takings go out in batches, and what is left of the last one at the end")
    func batches() async throws {
        let network = FakeNetwork()
        _ = try await network.run(.fleet { $0.report?.batch = 2 })
        let arrivals = network.delivered
        #expect(try arrivals.map { try $0.values } == [[0, 5], [10, 15], [20]])
        #expect(try arrivals[0].records.map(\.time).last == 1_800_000_005)
    }

    @Test("A change is told with the sample that shows it, and silence ends after a while")
    func changes() async throws {
        let network = FakeNetwork()
        // Up by 2 at second 7, and by less than what counts at second 9.
        let steps = Signal.sum([
            .step(from: 20, to: 22, at: 7), .step(from: 0, to: 0.4, at: 9),
        ])
        _ = try await network.run(.fleet(report: .change(by: 0.5, atLatest: 10), duration: 30, signal: steps))
        let arrivals = network.delivered
        #expect(arrivals.map(\.time) == [0, 7, 17, 27])
        #expect(try arrivals.map { try $0.values } == [[20], [22], [22.4], [22.4]])
    }

    @Test("Only the resources that are named are reported, two of one quantity by their paths")
    func resources() async throws {
        let network = FakeNetwork()
        let scenario = Scenario.fleet(duration: 0) { group in
            let other = Sensor(quantity: "temperature", unit: "Cel", signal: .constant(3))
            group.resources.append(DeviceResource(path: "sensors/outside", .sensor(other)))
            group.resources.append(
                DeviceResource(
                    path: "sensors/level", .sensor(Sensor(quantity: "level", unit: "m", signal: .constant(4)))))
            group.report?.resources = ["sensors/temperature", "sensors/outside"]
        }
        _ = try await network.run(scenario)
        let names = try #require(try network.delivered.first?.records.dropFirst().map(\.name))
        #expect(
            names == ["sensors/temperature", "sensors/outside"].map { "urn:dev:ops:32473-dev-01:" + $0 })
    }

    @Test("A device without a value makes no report")
    func nothingToSay() async throws {
        let network = FakeNetwork()
        let scenario = Scenario.fleet { group in
            var sensor = Sensor(quantity: "temperature", unit: "Cel", signal: .constant(1))
            sensor.warmUp = 12
            group.resources = [DeviceResource(path: "sensors/temperature", .sensor(sensor))]
        }
        _ = try await network.run(scenario)
        #expect(network.delivered.map(\.time) == [15, 20])
        #expect(network.delivered.map(\.number) == [1, 2])
    }

    @Test("Devices come up one after the other")
    func ramp() async throws {
        let network = FakeNetwork()
        var scenario = Scenario.fleet(4, duration: 12)
        scenario.rampUp = 4
        _ = try await network.run(scenario)
        #expect(network.opened == ["dev-01", "dev-02", "dev-03", "dev-04"])
        let firsts = network.delivered.filter { $0.number == 1 }
        #expect(firsts.map(\.time) == [0, 1, 2, 3])
        #expect(network.delivered.filter { $0.device == "dev-04" }.map(\.time) == [3, 8])
    }

    @Test("The values are those made without a network, in the same order")
    func sameValues() async throws {
        struct Value: Equatable {
            var device: Int
            var sample: Sample
        }
        var scenario = Scenario.fleet(3, duration: 60) { group in
            var sensor = Sensor(
                quantity: "temperature", unit: "Cel",
                signal: .walk(RandomWalk(mean: 20, deviation: 2, timeConstant: 60)))
            sensor.noise = 0.1
            sensor.period = 0.7
            group.resources.append(DeviceResource(path: "sensors/b", .sensor(sensor)))
            group.faults = [Fault(.reboot(farewell: false), devices: "*-02", .at(20), duration: 5)]
        }
        scenario.rampUp = 10
        let values = Locked<[Value]>([])
        _ = try await FakeNetwork(downFor: 5..<30).run(scenario) { device, sample in
            values.withLock { $0.append(Value(device: device, sample: sample)) }
        }
        var expected: [Value] = []
        _ = Fleet(scenario).runOffline { expected.append(Value(device: $0, sample: $1)) }
        let found = values.withLock { $0 }
        #expect(found.count > 300)
        #expect(found == expected)
    }

    @Test("The charge is estimated for each group, and the average for all devices")
    func charge() async throws {
        var scenario = Scenario.fleet(3, duration: 100)
        var often = scenario.groups[0]
        often.name = NamePattern("often-{n}")
        often.count = 1
        often.report = ReportPlan(.every(1))
        var mute = often
        mute.name = NamePattern("mute-{n}")
        mute.report = nil
        scenario.groups += [often, mute]
        let report = try await FakeNetwork().run(scenario)
        let seldom = try #require(report.charge["dev-{n:02}"])
        let frequent = try #require(report.charge["often-{n}"])
        #expect(report.charge.count == 2)
        var counts = TrafficCounts()
        (counts.handshakes, counts.datagramsSent, counts.bytesSent) = (1, 101, 10_100)
        let meter = EnergyMeter(.ieee802154)
        let expected = meter.use(of: counts, credential: scenario.groups[0].credential, elapsed: 100).total
        #expect(abs(frequent / expected - 1) < 1e-9)
        #expect(seldom < frequent)
        let average = try #require(report.averageCharge)
        #expect(abs(average - (3 * seldom + frequent) / 4) < 1e-12)
    }

    @Test("A run without an end is ended by its task's cancellation, with a report")
    func cancellation() async throws {
        let network = FakeNetwork()
        var scenario = Scenario.fleet(2)
        scenario.duration = nil
        let (fiftieth, continuation) = AsyncStream.makeStream(of: Void.self)
        let endless = scenario
        let run = Task {
            try await network.run(endless) { device, sample in if sample.time == 50 { continuation.yield() } }
        }
        for await _ in fiftieth { break }
        run.cancel()
        let report = try await run.value
        #expect(report.simulated >= 50)
        #expect(report.counters.reportsDelivered > 0)
        #expect(network.closed.count == network.opened.count)
    }
}
