// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import SenML
import Testing

@testable import DeviceSimulator

@Suite("A fleet over DTLS", .serialized)
struct FleetOverDTLSTests {
    @Test("Fifty devices with keys of their own bring each report exactly once")
    func fifty() async throws {
        var scenario = Scenario.fleet(50, duration: 60)
        scenario.speed = 20
        scenario.rampUp = 0.5
        let fleet = Fleet(scenario)
        let keys = KeyRing()
        let counter = ReportCounter()
        let report = try await Loopback.withServer(
            counter.router, endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(keys)
        ) { uris in
            try await fleet.run(in: ServerBeside(uri: uris[0], keys: keys, counter: counter))
        }
        let made = report.counters.reportsMade
        // The devices come up within ten simulated seconds.
        #expect((50 * 11...50 * 13).contains(made))
        #expect(report.counters.reportsDelivered == made)
        #expect(report.counters.reportsSent == made)
        #expect(report.counters.reportsLost == 0)
        #expect(report.counters.handshakes == 50)
        #expect(report.counters.devicesUp == 50)
        #expect(report.counters.errors == [:])
        #expect(report.received?.count == made)
        #expect(report.received?.duplicates == 0)
        #expect(counter.numbers.count == 50)
        for (device, numbers) in counter.numbers { #expect(numbers == Array(1...numbers.count), "\(device)") }
        #expect(report.latency.count == made)
        #expect(fleet.snapshot.counters.devicesUp == 0)
    }

    @Test("A server that is started anew without a word gets every report, once it is there")
    func restart() async throws {
        var scenario = Scenario.fleet(10, report: .every(1), duration: 60)
        scenario.speed = 20
        scenario.events = [ScenarioEvent(at: 20, .serverRestart(downFor: 20))]
        let keys = KeyRing()
        let counter = ReportCounter()
        let server = RestartingServer(counter.router, keys: keys)
        let uri = try await server.start(port: 0)
        // What the server says when it ends stays on the way.
        let link = try FaultyLink(to: uri)
        var beside = ServerBeside(uri: link.uri(for: uri), keys: keys, counter: counter)
        beside.restart = { seconds in
            link.interrupt(true)
            await server.stop()
            try await Task.sleep(for: .seconds(seconds))
            _ = try await server.start(port: uri.port)
            link.interrupt(false)
        }
        let report = try await Fleet(scenario).run(in: beside)
        await server.stop()
        link.stop()
        #expect(report.counters.reportsMade == 610)
        #expect(report.counters.reportsDelivered == 610)
        #expect(report.counters.reportsLost == 0)
        #expect(report.received?.count == 610)
        #expect(report.counters.errors["timeout"] ?? 0 > 0)
        for (device, numbers) in counter.numbers { #expect(Set(numbers) == Set(1...61), "\(device)") }
    }

    @Test("Devices whose keys were exchanged come back with the new ones")
    func rotation() async throws {
        var scenario = Scenario.fleet(10, report: .every(1), duration: 60)
        scenario.speed = 20
        scenario.events = [ScenarioEvent(at: 20, .rotateCredentials(devices: "dev-0*"))]
        let keys = KeyRing()
        let counter = ReportCounter()
        let fleet = Fleet(scenario)
        let report = try await Loopback.withServer(
            counter.router, endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(keys)
        ) { server, uris in
            var beside = ServerBeside(uri: uris[0], keys: keys, counter: counter)
            beside.rotate = { devices in
                keys.exchange(devices.map(\.name))
                try await server.update(security: .preSharedKeys(keys))
            }
            return try await fleet.run(in: beside)
        }
        #expect(report.counters.reportsMade == 610)
        #expect(report.counters.reportsDelivered == 610)
        #expect(report.counters.reportsLost == 0)
        #expect(report.received?.count == 610)
        #expect(report.counters.handshakes == 19)
        #expect(report.counters.devicesUp == 10)
    }

    @Test("A reboot without a farewell leaves the server's session behind, and comes from another port")
    func reboot() async throws {
        var scenario = Scenario.fleet(2, report: .every(1), duration: 60) { group in
            group.faults = [Fault(.reboot(farewell: false), devices: "*-01", .at(20), duration: 5)]
        }
        scenario.speed = 20
        let keys = KeyRing()
        let counter = ReportCounter()
        let fleet = Fleet(scenario)
        let ports = Locked<[String: [UInt16]]>([:])
        let report = try await Loopback.withServer(
            counter.router, endpoints: [.coaps("::1", port: 0)], security: .preSharedKeys(keys)
        ) { uris in
            var beside = ServerBeside(uri: uris[0], keys: keys, counter: counter)
            beside.note = { device, port in ports.withLock { $0[device.name, default: []].append(port) } }
            return try await fleet.run(in: beside)
        }
        #expect(report.counters.reportsLost == 0)
        #expect(report.received?.count == report.counters.reportsMade)
        let found = ports.withLock { $0 }
        #expect(found["dev-01"]?.count == 2)
        #expect(Set(found["dev-01"] ?? []).count == 2)
        #expect(found["dev-02"]?.count == 1)
    }

    @Test("Credentials that are missing are said before anything begins")
    func noCredentials() async throws {
        let keys = KeyRing()
        let counter = ReportCounter()
        let beside = ServerBeside(uri: try CoAPURI("coaps://[::1]:9"), keys: keys, counter: counter, hasKeys: false)
        let error = await #expect(throws: CoAPError.self) { try await Fleet(.fleet()).run(in: beside) }
        #expect(error?.code == .invalidCredentials)
    }
}
