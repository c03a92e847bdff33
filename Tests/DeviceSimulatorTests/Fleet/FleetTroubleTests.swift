// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import DeviceSimulator

@Suite("A fleet in trouble")
struct FleetTroubleTests {
    @Test("What cannot be brought is kept, and brought in its order")
    func storeAndForward() async throws {
        let network = FakeNetwork(downFor: 10..<45)
        let report = try await network.run(.fleet(3, report: .every(1), duration: 60))
        #expect(report.counters.reportsMade == 183)
        #expect(report.counters.reportsDelivered == 183)
        #expect(report.counters.reportsLost == 0)
        #expect(report.counters.reportsSent > 183)
        #expect(report.counters.errors["timeout"] ?? 0 > 6)
        #expect(report.counters.handshakesFailed > 0)
        #expect(report.counters.handshakes == 6)
        for device in ["dev-01", "dev-02", "dev-03"] {
            #expect(network.delivered.filter { $0.device == device }.map(\.number) == Array(1...61))
        }
    }

    @Test("The oldest goes where there is no place, and counts as lost")
    func limit() async throws {
        let network = FakeNetwork(downFor: 10.5..<40)
        let scenario = Scenario.fleet(report: .every(1), duration: 90) { $0.report?.maximumStored = 8 }
        let report = try await network.run(scenario)
        let numbers = network.delivered.compactMap(\.number)
        #expect(numbers == numbers.sorted())
        #expect(report.counters.reportsMade == 91)
        #expect(report.counters.reportsLost == 91 - numbers.count)
        #expect(report.counters.reportsLost > 15)
        #expect(Array(numbers.prefix(11)) == Array(1...11))
        // The eight newest were there when the way was free again.
        let gap = try #require(zip(numbers, numbers.dropFirst()).first { $1 != $0 + 1 })
        let first = try #require(network.delivered.first { $0.number == gap.1 })
        #expect(Int(first.time) - gap.1 + 1 <= 8)
    }

    @Test("What is left when the fleet has waited long enough is lost")
    func leftOver() async throws {
        let network = FakeNetwork(downFor: 5..<1_000)
        let report = try await network.run(.fleet(report: .every(1), duration: 10))
        #expect(report.counters.reportsDelivered == 5)
        #expect(report.counters.reportsLost == 6)
        #expect(report.counters.reportsWaiting == 0)
        #expect(network.clock.now == 40)
    }

    @Test("A sleepy device makes a session for each report and closes it")
    func sleepy() async throws {
        let network = FakeNetwork()
        let report = try await network.run(.fleet { $0.report?.sleeps = true })
        #expect(report.counters.reportsDelivered == 5)
        #expect(report.counters.handshakes == 5)
        #expect(report.counters.devicesUp == 0)
        #expect(network.delivered.map(\.session) == [0, 1, 2, 3, 4])
        #expect(network.closed.values.allSatisfy { $0 })
        #expect(network.closed.count == 5)
    }

    @Test("A reboot ends the session with a farewell or without, and makes a new one", arguments: [true, false])
    func reboot(farewell: Bool) async throws {
        let network = FakeNetwork()
        let scenario = Scenario.fleet(2, report: .every(1), duration: 30) { group in
            group.faults = [Fault(.reboot(farewell: farewell), devices: "dev-01", .at(10), duration: 5)]
        }
        let report = try await network.run(scenario)
        #expect(report.counters.reportsLost == 0)
        #expect(report.counters.handshakes == 3)
        let first = network.delivered.filter { $0.device == "dev-01" }
        #expect(first.map(\.time) == (0..<10).map(Double.init) + (15...30).map(Double.init))
        #expect(Set(first.map(\.session)).count == 2)
        #expect(network.delivered.filter { $0.device == "dev-02" }.count == 31)
        let session = try #require(first.first?.session)
        #expect(network.closed[session] == farewell)
        #expect(network.closed.count == 3)
    }

    @Test("A refusal for good loses the report, one for now does not")
    func refusals() async throws {
        let network = FakeNetwork { arrival in
            switch arrival.number {
            case 2: .success(Response(.forbidden))
            case 3 where arrival.time < 20: .success(Response(.serviceUnavailable))
            case 4 where arrival.time < 25: .success(Response(.tooManyRequests))
            default: .success(Response(.changed))
            }
        }
        let report = try await network.run(.fleet(duration: 40))
        #expect(network.delivered.map(\.number) == [1, 3, 4, 5, 6, 7, 8, 9])
        #expect(report.counters.reportsLost == 1)
        #expect(report.counters.errors["4.03"] == 1)
        #expect(report.counters.errors["5.03"] ?? 0 >= 2)
        #expect(report.counters.errors["4.29"] ?? 0 >= 1)
        #expect(report.counters.handshakes == 1)
    }

    @Test("A server that refuses again and again for now loses the report in the end")
    func refusedForever() async throws {
        let network = FakeNetwork { _ in .success(Response(.internalServerError)) }
        let report = try await network.run(.fleet(report: .every(1_000), duration: 600))
        #expect(report.counters.reportsSent == 8)
        #expect(report.counters.reportsLost == 1)
        #expect(report.counters.errors == ["5.00": 8])
    }

    @Test("What is not confirmable is sent once")
    func nonConfirmable() async throws {
        let network = FakeNetwork { arrival in
            arrival.number == 2 ? .failure(CoAPError(.timeout, "lost")) : .success(Response(.changed))
        }
        let report = try await network.run(.fleet { $0.report?.confirmable = false })
        #expect(network.sent.map(\.number) == [1, 2, 3, 4, 5])
        #expect(network.sent.allSatisfy { !$0.isConfirmable })
        #expect(report.counters.reportsLost == 1)
        #expect(report.counters.reportsDelivered == 4)
        #expect(report.counters.handshakes == 1)
    }

    @Test("A session that is gone is replaced, and the report sent again")
    func closed() async throws {
        let network = FakeNetwork { arrival in
            arrival.number == 2 && arrival.session == 0
                ? .failure(CoAPError(.closed, "the server closed it")) : .success(Response(.changed))
        }
        let report = try await network.run(.fleet())
        #expect(network.delivered.map(\.number) == [1, 2, 3, 4, 5])
        #expect(report.counters.handshakes == 2)
        #expect(report.counters.errors == ["closed": 1])
    }

    @Test("Devices come back with new credentials after a rotation")
    func rotation() async throws {
        let network = FakeNetwork()
        var scenario = Scenario.fleet(4, report: .every(1), duration: 30)
        scenario.events = [ScenarioEvent(at: 10, .rotateCredentials(devices: "*-02"))]
        let report = try await network.run(scenario)
        let performed = network.state.withLock { $0.performed.first }
        #expect(performed?.devices == ["dev-02"])
        #expect(performed?.time == 10)
        #expect(network.opened.count { $0 == "dev-02" } == 2)
        #expect(network.opened.count == 5)
        #expect(report.counters.reportsLost == 0)
        #expect(report.counters.reportsDelivered == 4 * 31)
    }

    @Test("Events and a link's own troubles happen at their times, with lengths in real seconds")
    func events() async throws {
        let network = FakeNetwork()
        var scenario = Scenario.fleet(3, duration: 600) { group in
            var link = Link()
            link.outages = [60...90]
            link.rebinds = [300]
            group.link = link
        }
        scenario.speed = 10
        scenario.events = [
            ScenarioEvent(at: 120, .serverRestart(downFor: 20)),
            ScenarioEvent(at: 30, .outage(devices: "*-03", duration: 5)),
        ]
        _ = try await network.run(scenario)
        let performed = network.state.withLock { $0.performed }
        #expect(performed.map(\.time) == [3, 6, 12, 30])
        #expect(
            performed.map(\.action) == [
                .outage(devices: "*-03", duration: 0.5), .outage(devices: "*", duration: 3), .serverRestart(downFor: 2),
                .rebind(devices: "*"),
            ])
        #expect(performed.map(\.devices.count) == [1, 3, 0, 3])
    }

    @Test("Faults and writes reach the devices that are meant")
    func devicesEvents() async throws {
        let network = FakeNetwork()
        var scenario = Scenario.fleet(2, report: .every(1), duration: 20) { group in
            group.resources.append(
                DeviceResource(path: "actuators/level", .actuator(Actuator(.setpoint, quantity: "level", unit: "m"))))
            group.report?.resources = ["sensors/temperature", "actuators/level"]
        }
        scenario.events = [
            ScenarioEvent(at: 5.5, .fault(.offset(100), devices: "*-02", resource: "sensors/temperature", duration: 3)),
            ScenarioEvent(at: 8.5, .write(devices: "*-01", path: "actuators/level", value: 3)),
        ]
        _ = try await network.run(scenario)
        func values(_ device: String, _ place: Int) throws -> [Double] {
            try network.delivered.filter { $0.device == device }.map { try $0.values[place] }
        }
        let plain = (0...20).map(Double.init)
        #expect(try values("dev-01", 0) == plain)
        #expect(try values("dev-02", 0) == plain.map { (6...8).contains($0) ? $0 + 100 : $0 })
        #expect(try values("dev-01", 1) == plain.map { $0 < 9 ? 0 : 3 })
        #expect(try values("dev-02", 1) == plain.map { _ in 0 })
    }
}
