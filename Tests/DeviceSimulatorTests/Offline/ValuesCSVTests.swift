// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import DeviceSimulator

@Suite("Values as CSV")
struct ValuesCSVTests {
    private static func text(_ scenario: Scenario, _ add: (inout ValuesCSV) -> Void) -> String {
        let bytes = Locked([UInt8]())
        var csv = ValuesCSV(scenario) { chunk in bytes.withLock { $0 += chunk } }
        add(&csv)
        csv.finish()
        return bytes.withLock { String(decoding: $0, as: UTF8.self) }
    }

    private static func scenario(count: Int = 2) -> Scenario {
        var scenario = Scenario(name: "test")
        var group = DeviceGroup(name: NamePattern("room-{n:03}"))
        group.count = count
        var sensor = Sensor(
            quantity: "temperature", unit: "Cel", signal: .walk(.init(mean: 20, deviation: 1, timeConstant: 60)))
        sensor.noise = 0.1
        group.resources = [DeviceResource(path: "sensors/temperature", .sensor(sensor))]
        sensor.quantum = 0.1
        sensor.unit = "%RH"
        group.resources.append(DeviceResource(path: "a,b", .sensor(sensor)))
        scenario.groups = [group]
        return scenario
    }

    @Test("One line a value, with its time in UTC")
    func lines() {
        var scenario = Self.scenario()
        scenario.start = 1_768_456_800
        let text = Self.text(scenario) { csv in
            csv.add(device: 0, Sample(resource: 0, time: 0, value: 20.7))
            csv.add(device: 1, Sample(resource: 1, time: 0.25, value: .nan))
            csv.add(device: 1, Sample(resource: 0, time: -0.0004, value: -3))
        }
        #expect(
            text == """
                time,device,resource,value,unit
                2026-01-15T06:00:00Z,room-001,sensors/temperature,20.7,Cel
                2026-01-15T06:00:00.250Z,room-002,"a,b",NaN,%RH
                2026-01-15T06:00:00Z,room-002,sensors/temperature,-3,Cel

                """)
    }

    @Test(
        "Dates",
        arguments: [
            (0.0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799.9996, "2000-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"), (-0.5, "1969-12-31T23:59:59.500Z"),
            (1_709_251_199.007, "2024-02-29T23:59:59.007Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (1e300, "9999-12-31T23:59:59.999Z"),
            (-1e300, "0000-01-01T00:00:00Z"),
        ])
    func dates(time: Double, wanted: String) {
        var date = CSVDate()
        var bytes: [UInt8] = []
        date.append(time, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == wanted)
    }

    @Test("Numbers in as few digits as read back the same")
    func numbers() {
        let text = { (value: Double) in
            var bytes: [UInt8] = []
            CSVNumber.append(value, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        let known: [(Double, String)] = [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-20.7, "-20.7"), (0.1, "0.1"), (1e-6, "0.000001"), (0.001_5, "0.0015"),
            (100_000, "100000"), (1e22, "1e+22"), (1e-7, "1e-07"), (.infinity, "inf"),
            (0.1 + 0.2, "0.30000000000000004"),
        ]
        for (value, wanted) in known { #expect(text(value) == wanted) }
        var stream = RandomStream(seed: 3, name: "numbers")
        for _ in 0..<20_000 {
            let value = (stream.unit() - 0.5) * [1, 1e3, 1e9, 1e-5][Int(stream.next() % 4)]
            let places = [1.0, 10, 1_000, 1e7][Int(stream.next() % 4)]
            for value in [value, (value * places).rounded() / places] {
                let written = text(value)
                #expect(Double(written) == value)
                // As short as the standard library's shortest.
                #expect(written.filter(\.isNumber).count <= max(8, value.description.filter(\.isNumber).count))
            }
        }
    }

    @Test("The same seed gives the same bytes, and the lines of devices stay when others are added")
    func same() {
        func run(_ scenario: Scenario) -> String {
            Self.text(scenario) { csv in _ = Fleet(scenario).runOffline(duration: 900) { csv.add(device: $0, $1) } }
        }
        let first = run(Self.scenario())
        #expect(first.utf8.count > 100_000)
        #expect(run(Self.scenario()) == first)
        let more = run(Self.scenario(count: 4)).split(separator: "\n")
        #expect(more.count == 1 + 4 * 2 * 901)
        let kept = more.filter { !$0.contains(",room-003,") && !$0.contains(",room-004,") }
        #expect(kept == first.split(separator: "\n"))
        #expect(first.hasPrefix("time,device,resource,value,unit\n2026-01-01T00:00:00Z,room-001,"))
    }

    @Test("Chunks are some 64 KiB")
    func chunks() {
        let sizes = Locked([Int]())
        var csv = ValuesCSV(Self.scenario()) { chunk in sizes.withLock { $0.append(chunk.count) } }
        for second in 0..<4_000 { csv.add(device: 0, Sample(resource: 0, time: Double(second), value: 1)) }
        csv.finish()
        let found = sizes.withLock { $0 }
        #expect(found.count == 4 && found.dropLast().allSatisfy { 65_536..<65_800 ~= $0 })
    }
}
