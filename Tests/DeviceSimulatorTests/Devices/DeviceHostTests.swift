// SPDX-License-Identifier: Apache-2.0

import CBOR
import CoAP
import CoAPTesting
import SenML
import Testing

@testable import DeviceSimulator

@Suite("Devices as servers", .timeLimit(.minutes(5)))
struct DeviceHostTests {
    private static let ramp = Signal.ramp(from: 10, to: 110, start: 0, duration: 100)

    @Test("Several devices have their resources below their names, and each its own values")
    func several() async throws {
        let bench = HostBench(
            [
                HostBench.sensor(
                    "sensors/level", "level", "m", .walk(.init(mean: 1, deviation: 0.5, timeConstant: 20))),
                DeviceResource(path: "device", .description),
            ], count: 3)
        bench.move(to: 60)
        let links = try LinkFormat(parsing: try await bench.get(".well-known/core").payload).links
        #expect(
            links.map(\.target) == (1...3).flatMap { ["/unit-\($0)/sensors/level", "/unit-\($0)/device"] })
        #expect(links[0]["rt"] == "level" && links[0]["title"] == "Level" && links[0]["obs"] == "")
        var seen: Set<String> = []
        for number in 1...3 {
            let level = try await bench.get("unit-\(number)/sensors/level", accept: .senMLJSON)
            let record = try #require(SenMLPack(decoding: level.payload, as: .senMLJSON).records.first)
            #expect(record.baseName == "urn:dev:ops:32473-unit-\(number):" && record.time == HostBench.start + 60)
            seen.insert("\(String(describing: record.value))")
            let low = try await bench.get("unit-\(number)/sensors/level/min", accept: .json)
            let value = try #require(try JSONParser.parse(low.payload)["min"]?.double)
            #expect(value == bench.host.devices[number - 1].extremes(of: 0)?.lowerBound)
            let about = try await bench.get("unit-\(number)/device")
            #expect(about.text.contains("serial: \(number)\n") && about.text.contains("uptime: 60 s"))
        }
        #expect(seen.count == 3)
        for path in ["sensors/level", "unit-4/sensors/level", "unit-4/sensors/level/min", "unit-1/sensors/level/mean"] {
            let missing = try await bench.get(path)
            #expect(missing.code == .notFound, "\(path)")
        }
    }

    @Test("Extremes are those since the start, with the sensor's digits")
    func extremes() async throws {
        let bench = HostBench([HostBench.sensor("s", "temperature", "Cel", Self.ramp, quantum: 0.5)])
        bench.move(to: 20.2)
        let present = try await bench.get("s")
        let low = try await bench.get("s/min")
        let high = try await bench.get("s/max")
        #expect(present.text == "30.0 °C" && low.text == "10.0 °C" && high.text == "30.0 °C")
        let senML = try await bench.get("s/max", accept: .senMLJSON)
        #expect(senML.text.hasPrefix(#"[{"bn":"urn:dev:ops:32473-unit-1:temperature:","n":"max","u":"Cel","v":30,"#))
    }

    @Test(
        "Values are written with the digits of the quantum",
        arguments: [(0.1, "21.3"), (0.25, "21.25"), (1, "21"), (0.01, "21.30"), (0.000_5, "21.3000"), (5, "20")])
    func digits(quantum: Double, text: String) async throws {
        let bench = HostBench([HostBench.sensor("s", "x", "", .constant(21.3), quantum: quantum)])
        let shown = try await bench.get("s")
        #expect(shown.text == text)
        let json = try await bench.get("s", accept: .json)
        #expect(json.text == #"{"x":\#(text)}"#)
    }

    @Test("While it warms up a sensor answers 5.03 with the time that is left")
    func warmUp() async throws {
        let bench = HostBench([HostBench.sensor("s", "x", "Cel", .constant(4), warmUp: 7)])
        bench.move(to: 2)
        let cold = try await bench.get("s")
        #expect(cold.code == .serviceUnavailable && cold.options.maxAge == 5)
        #expect(cold.text == "the sensor warms up; ask again in 5 s")
        let none = try await bench.get("s/min")
        #expect(none.code == .serviceUnavailable)
        bench.move(to: 7)
        let warm = try await bench.get("s")
        #expect(warm.text == "4 °C")
    }

    @Test("A dropout answers 5.03 while it lasts")
    func dropout() async throws {
        let bench = HostBench(
            [HostBench.sensor("s", "x", "Cel", .constant(4))], faults: [Fault(.dropout, .at(10), duration: 5)])
        bench.move(to: 12)
        let gone = try await bench.get("s")
        #expect(gone.code == .serviceUnavailable && gone.options.maxAge == 1 && gone.text.contains("dropped out"))
        bench.move(to: 15)
        let back = try await bench.get("s")
        #expect(back.code == .content)
    }

    @Test("What is no number is NaN in text and CBOR, and 5.03 where that cannot be said")
    func notANumber() async throws {
        let bench = HostBench(
            [HostBench.sensor("s", "x", "Cel", .constant(4))], faults: [Fault(.notANumber, .at(1), duration: 5)])
        bench.move(to: 3)
        let text = try await bench.get("s")
        #expect(text.text == "NaN °C")
        let cbor = try await bench.get("s", accept: .cbor)
        guard case .map(let entries) = try CBORReader.parse(cbor.payload),
            case .double(let value)? = entries.first?.value
        else {
            Issue.record("no map: \(cbor.payload)")
            return
        }
        #expect(value.isNaN)
        for format in [ContentFormat.json, .senMLJSON, .senMLCBOR] {
            let refused = try await bench.get("s", accept: format)
            #expect(refused.code == .serviceUnavailable && refused.options.maxAge == 1, "\(format)")
            #expect(refused.text.contains("no number"))
        }
    }

    @Test("A device that starts anew answers 5.03 everywhere until it is back, then from a new beginning")
    func reboot() async throws {
        let led = DeviceResource(path: "led", .actuator(Actuator(.switch, quantity: "led")))
        let bench = HostBench(
            [
                HostBench.sensor("s", "x", "Cel", Self.ramp), led, DeviceResource(path: "device", .description),
                DeviceResource(path: "firmware", .firmware),
            ], faults: [Fault(.reboot(farewell: false), .at(20), duration: 10)])
        bench.move(to: 23.5)
        for path in ["s", "s/min", "led", "device", "firmware", "firmware/state"] {
            let away = try await bench.get(path)
            #expect(away.code == .serviceUnavailable && away.options.maxAge == 7, "\(path)")
            #expect(away.text == "unit-1 starts anew; ask again in 7 s")
        }
        let put = try await bench.put("led", "on")
        #expect(put.code == .serviceUnavailable && bench.host.audit.last?.before == nil)
        let image = try await bench.tester.response(.put, "firmware", payload: [1])
        #expect(image.code == .serviceUnavailable)
        bench.move(to: 33)
        let low = try await bench.get("s/min")
        #expect(low.text == "40 °C")
        let about = try await bench.get("device")
        #expect(about.text.contains("uptime: 3 s"))
    }

    @Test("Time goes as fast as the scenario says, and waiting times are real ones")
    func speed() async throws {
        var group = DeviceGroup(name: NamePattern("unit-{n}"))
        group.resources = [HostBench.sensor("s", "x", "Cel", Self.ramp, warmUp: 90)]
        var scenario = Scenario(name: "fast")
        scenario.groups = [group]
        scenario.speed = 60
        let bench = HostBench(scenario)
        bench.move(to: 0.5)
        let cold = try await bench.get("s")
        #expect(cold.options.maxAge == 1 && bench.host.time == 30)
        bench.move(to: 2)
        let warm = try await bench.get("s", accept: .senMLJSON)
        #expect(warm.text.hasSuffix(#""v":110,"t":1800000120}]"#))
    }

    @Test("The heater warms the room while the set-point asks for it, and the room cools without it")
    func heater() async throws {
        let bench = HostBench(.thermostat)
        func temperature(_ time: Double) async throws -> Double {
            bench.move(to: time)
            let answer = try await bench.get("sensors/temperature", accept: .json)
            return try #require(try JSONParser.parse(answer.payload)["temperature"]?.double)
        }
        let off = try await bench.put("actuators/heater", "off")
        #expect(off.code == .changed)
        let first = try await temperature(1)
        let cold = try await temperature(2 * 3_600)
        #expect(cold < first - 2, "\(first) \(cold)")
        _ = try await bench.put("actuators/heater", "on")
        let setpoint = try await bench.put("actuators/setpoint", "24")
        #expect(setpoint.code == .changed)
        let warm = try await temperature(4 * 3_600)
        #expect(abs(warm - 24) < 1, "\(warm)")
        let shown = try await bench.get("actuators/setpoint")
        #expect(shown.text == "24 °C")
        let refused = try await bench.put("actuators/setpoint", "31")
        #expect(refused.code == .badRequest && refused.text == "31 °C is out of range; 5 to 30 °C is allowed")
    }

    @Test("An interlock looks at another resource of the device, and says what it saw")
    func interlock() async throws {
        var valve = Actuator(.valve, quantity: "valve")
        valve.envelope.interlocks = [.init(resource: "sensors/level", forbidden: 15...1_000)]
        valve.envelope.failSafe = 0
        let bench = HostBench([
            HostBench.sensor("sensors/level", "level", "m", Self.ramp), DeviceResource(path: "valve", .actuator(valve)),
        ])
        let open = try await bench.put("valve", "60")
        #expect(open.code == .changed)
        bench.move(to: 6)
        let refused = try await bench.put("valve", "{\"value\": 61}", .json)
        #expect(refused.code == .conflict)
        #expect(refused.text == "interlock: sensors/level is 16; at 15 to 1000 only 0 is allowed")
        let closed = try await bench.put("valve", "0")
        #expect(closed.code == .changed)
    }

    @Test("A resource whose path is that of something beside a device's resources takes its place")
    func samePaths() async throws {
        let led = Actuator(.switch, quantity: "led")
        let bench = HostBench([
            HostBench.sensor("firmware/state", "a", "", .constant(1)), DeviceResource(path: "firmware", .firmware),
            HostBench.sensor("s", "b", "", .constant(2)), HostBench.sensor("s/min", "c", "", .constant(3)),
            DeviceResource(path: "audit", .actuator(led)),
        ])
        for (path, text) in [("firmware/state", "1"), ("s/min", "3"), ("s/max", "2"), ("audit", "off")] {
            let answer = try await bench.get(path)
            #expect(answer.text == text, "\(path)")
        }
    }

    @Test("Time that goes faster than can be computed falls behind, and requests and the end of it do not wait")
    func tooFast() async throws {
        var group = DeviceGroup(name: NamePattern("unit-{n}"))
        group.resources = [HostBench.sensor("s", "x", "", .constant(1))]
        group.count = 20
        var scenario = Scenario(name: "fast")
        scenario.groups = [group]
        scenario.speed = 1e12
        let time = Locked(0.0)
        let host = DeviceHost(scenario, clock: { time.withLock { $0 } })
        let tester = RouterTester(HostBench.router(host))
        time.withLock { $0 = 1 }
        // A trillion seconds are due.
        let answer = try await tester.response(.get, "unit-1/s")
        #expect(answer.text == "1" && host.devices[0].time > 0 && host.devices[0].time < 1e5)
        let again = try await tester.response(.get, "unit-1/s")
        #expect(again.text == "1" && host.devices[0].time < 1e5)
        let run = Task { await host.run() }
        while host.time < 1e4 { await Task.yield() }
        run.cancel()
        await run.value
        #expect(host.time < 1e11)
    }

    @Test("An actuator is where it is at the present moment, between whole seconds, too")
    func betweenSeconds() async throws {
        var dimmer = Actuator(.dimmer, quantity: "lamp")
        dimmer.latency = 0.2
        let bench = HostBench([DeviceResource(path: "lamp", .actuator(dimmer))])
        bench.move(to: 0.1)
        _ = try await bench.put("lamp", "50")
        bench.move(to: 0.25)
        let before = try await bench.get("lamp")
        bench.move(to: 0.35)
        let after = try await bench.get("lamp")
        #expect(before.text == "0 %" && after.text == "50 %")
    }

    @Test("SenML says times to the millisecond")
    func milliseconds() async throws {
        var sensor = Sensor(quantity: "x", unit: "", signal: .constant(4))
        sensor.period = 0.25
        let bench = HostBench([DeviceResource(path: "s", .sensor(sensor))])
        bench.move(to: 0.3)
        let shown = try await bench.get("s", accept: .senMLJSON)
        #expect(shown.text.hasSuffix(#""t":1800000000.25}]"#), "\(shown.text)")
    }

    @Test("A hundred thousand resources are registered and found", .timeLimit(.minutes(2)))
    func many() async throws {
        let sensors = (1...5).map { HostBench.sensor("sensors/s\($0)", "x", "Cel", .constant(Double($0))) }
        let bench = HostBench(sensors, count: 20_000)
        for path in ["unit-1/sensors/s1", "unit-9999/sensors/s3", "unit-20000/sensors/s5"] {
            let answer = try await bench.get(path)
            #expect(answer.text == "\(path.suffix(1)) °C")
        }
        let missing = try await bench.get("unit-20001/sensors/s5")
        #expect(missing.code == .notFound)
        let list = try await bench.get(".well-known/core?href=/unit-777/*")
        #expect(try LinkFormat(parsing: list.payload).links.count == 5)
    }
}
