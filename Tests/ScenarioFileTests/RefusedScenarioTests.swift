// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import ScenarioFile

@Suite("Broken scenarios")
struct RefusedScenarioTests {
    static let documents: [Broken] = [
        Broken("", 1, "empty", "scenario: NAME"),
        Broken("# nothing\n", 1, "empty", "groups:"),
        Broken("~\n", 1, "empty"),
        Broken("just words\n", 1, "a text", "scenario, title, seed"),
        Broken("scenario: s\ngruops: []\n", 2, "'gruops' is no key", "'groups' is meant"),
        Broken("groups: []\n", 1, "scenario: is missing", "scenario: greenhouse"),
        Broken("scenario: a b\n", 1, "scenario: 'a b' is no name", "letters"),
        Broken("scenario: s\n", 1, "groups: is missing", "devices"),
        Broken("scenario: s\ngroups: []\n", 2, "groups: is empty"),
        Broken("scenario: s\ngroups: {a: b}\n", 2, "groups: is a mapping", "write a list"),
        Broken("scenario: s\nscenario: t\n", 1, "'scenario' stands more than once"),
        Broken("scenario: s\ngroups: &a []\n", 2, "anchors", "shared"),
        Broken("scenario: s\nevents: [{devices: *}]\n", 2, "quotes", "\"*\""),
        Broken("scenario: s\ngroups: [{devices: room-{n}}]\n", 2, "quotes", "{name}"),
        Broken("scenario: s\ntitle: \"\\e[2J\"\n", 2, "title", "control characters"),
        Broken("scenario: s\nseed: -1\n", 2, "seed: '-1'", "whole number"),
        Broken("scenario: s\ntime: {start: 15.1.2026}\n", 2, "time.start", "2026-01-15T06:00:00Z"),
        Broken("scenario: s\ntime: {start: 2026-02-30}\n", 2, "time.start", "no date"),
        Broken("scenario: s\ntime: {speed: 0}\n", 2, "time.speed", "0.001 to 1000000"),
        Broken("scenario: s\ntime: {duration: 10}\n", 2, "time.duration: 10 has no unit", "10 min"),
        Broken("scenario: s\ntime: {duration: 10 minutes}\n", 2, "'minutes' is no unit", "ms, s, min, h, d"),
        Broken("scenario: s\ntime: {duration: soon}\n", 2, "'soon' is not a time", "5 s"),
        Broken("scenario: s\ntime: {duration: 0 s}\n", 2, "time.duration", "more than 0"),
        Broken("scenario: s\ntime: {duration: 1 min}\nramp-up: 2 min\n", 3, "ramp-up: 120 s is after", "60 s"),
        Broken("scenario: s\nshared: {a: room.temperature}\n", 2, "shared.a", "at the group"),
        Broken("scenario: s\nshared: {a: {shared: b}}\n", 2, "shared.a.shared", "not made of each other"),
        Broken("scenario: s\ngroups: [1\n", 3, "no YAML", "quotes"),
        Broken(String(repeating: "[", count: 1000), 1, "brackets", "a scenario needs some ten"),
        Broken(String(repeating: "#", count: (1 << 20) + 1), 1, "larger than 1 MiB"),
    ]

    static let groups: [Broken] = [
        .group("cuont: 3", 7, "'cuont' is no key", "'count' is meant"),
        Broken("scenario: s\ngroups: [{resources: {}}]\n", 2, "groups[1].devices: is missing", "room-{n:03}"),
        Broken("scenario: s\ngroups: [{devices: d}]\n", 2, "groups[1].resources: is missing"),
        Broken("scenario: s\ngroups: [{devices: d, resources: {}}]\n", 2, "groups[1].resources: there is none"),
        Broken(
            "scenario: s\ngroups: [{devices: d, count: 2, resources: {a: {firmware: true}}}]\n", 2, "all be 'd'",
            "d-{n:03}"),
        Broken(
            "scenario: s\ngroups:\n- {devices: d, count: 0, resources: {a: {firmware: true}}}\n", 3,
            "count: '0' is no whole number from 1 to 100000"),
        Broken(
            "scenario: s\ngroups:\n- {devices: \"d-{m}\", resources: {a: {firmware: true}}}\n", 3, "devices: 'd-{m}'",
            "{n:03}"),
        Broken(
            "scenario: s\ngroups:\n- {devices: a b, resources: {a: {firmware: true}}}\n", 3, "devices: 'a b' is no name"
        ),
        Broken(
            "scenario: s\ngroups:\n- {devices: \"d-{n}\", count: 60000, resources: {a: {firmware: true}}}\n- {devices: \"e-{n}\", count: 60000, resources: {a: {firmware: true}}}\n",
            4, "groups[2].count: there are 120000", "100000"),
        Broken(
            "scenario: s\ngroups:\n- {devices: \"d-{n}\", count: 3, resources: {a: {firmware: true}}}\n- {devices: d-2, resources: {a: {firmware: true}}}\n",
            4, "groups[2].devices: 'd-2'", "groups[1], too", "choose another"),
        Broken(
            "scenario: s\ngroups:\n- {devices: \"d-{n}\", credentials: {psk: shared}, count: 3, resources: {a: {firmware: true}}}\n",
            3, "credentials: 'shared' would be the identity of several devices", "{name}"),
        .group("credentials: none", 7, "credentials: 'none' is not known", "plain", "{psk:"),
        .group("credentials: {pskk: a}", 7, "'pskk' is no key", "'psk' is meant"),
        .group("credentials: {certificate: \"{nam}\"}", 7, "credentials.certificate", "{name}, {n}"),
        .group("models: {romm: {}}", 7, "groups[1].models: 'romm' is no key", "'room' is meant"),
        .group("models: {room: }", 7, "models.room: is empty", "{}"),
        .group("models: {room: {volume: 0}}", 7, "models.room.volume: is 0", "above 0"),
        .group("models: {tank: {height: 1, level: 2}}", 7, "models.tank.level", "above the tank's height"),
        .group("models: {battery: {full-voltage: 3, empty-voltage: 4}}", 7, "empty-voltage", "correct one"),
        .group("models: {battery: {charge: 120 %}}", 7, "charge: 120 % is out of range"),
        .group("inputs: {room.window: 1}", 7, "inputs.room.window: needs the model 'room'", "models: {room: {}}"),
        .group("inputs: {room.windw: 1}", 7, "'room.windw' is no model's input", "'room.window' is meant"),
        .group("report: {to: reports}", 7, "report: 'every' or 'on-change' is missing", "every: 5 s"),
        .group("report: {every: 5 s, on-change: 1}", 7, "exclude each other"),
        .group("report: {every: 5 s, at-latest: 1 min}", 7, "at-latest: goes with 'on-change'"),
        .group("report: {every: 0 s}", 7, "report.every: 0 s is out of range"),
        .group("report: {every: 5 s, resources: [b]}", 7, "report.resources: 'b' is no sensor", "write a"),
        .group("report: {every: 5 s, format: json}", 7, "report.format: 'json'", "senml+cbor, senml+json"),
        .group("report: {every: 5 s, batch: 9, store: 3}", 7, "report.store", "batch of 9"),
        .group("report: {every: 5 s, confirmable: perhaps}", 7, "neither true nor false"),
        .group("power: {radio: zigbee}", 7, "power.radio: 'zigbee'", "\"802.15.4\""),
        .group("power: {radio: {transmit: 17}}", 7, "power.radio.transmit: 17 has no unit", "17 mA"),
        .group("power: {battery: -3}", 7, "power.battery"),
        .group("link: {loss: 150 %}", 7, "link.loss: 150 % is out of range", "1 %"),
        .group("link: {los: 1 %}", 7, "'los' is no key", "'loss' is meant"),
        .group("link: {to-server: {bandwidth: 3 baud}}", 7, "to-server.bandwidth: 'baud'", "kbit/s"),
        .group("link: {mtu: 10}", 7, "link.mtu: 10 is out of range", "300"),
        .group("link: {burst: {enter: 1 %}}", 7, "link.burst.leave: is missing"),
        .group("link: {outages: [{at: 20 min, for: 1 s}]}", 7, "outages[1].at: 1200 s is after", "600 s"),
        .group("link: {rebinds: [20 min]}", 7, "rebinds[1]: 1200 s is after"),
        .group("faults: [{fault: stuk, at: 1 s}]", 7, "faults[1].fault: 'stuk'", "'stuck' is meant", "clock-skew"),
        .group("faults: [{fault: stuck}]", 7, "faults[1]: 'at' or 'rate' is missing", "2 /h"),
        .group("faults: [{fault: stuck, at: 1 s, rate: 1 /h}]", 7, "exclude each other"),
        .group("faults: [{fault: spike, at: 1 s}]", 7, "faults[1].size: is missing"),
        .group("faults: [{fault: nan, size: 3, at: 1 s}]", 7, "faults[1].size: means nothing"),
        .group("faults: [{fault: reboot, at: 1 s}]", 7, "faults[1].for: is missing"),
        .group("faults: [{fault: nan, farewell: true, at: 1 s}]", 7, "farewell: goes with a reboot"),
        .group("faults: [{fault: clock-skew, size: 1 s, resource: a, at: 1 s}]", 7, "resource", "whole device"),
        .group("faults: [{fault: stuck, resource: b, at: 1 s}]", 7, "faults[1].resource: 'b' is no sensor"),
        .group("faults: [{fault: stuck, devices: e-*, at: 1 s}]", 7, "faults[1].devices: 'e-*'", "'d-1'"),
        .group("faults: [{fault: stuck, at: 11 min}]", 7, "faults[1].at: 660 s is after"),
        .group("faults: [{fault: stuck, rate: 11 /s}]", 7, "faults[1].rate: 11 /s is out of range"),
        .group("faults: [{fault: stuck, rate: 3}]", 7, "faults[1].rate: 3 has no unit", "2 /h"),
    ]

    static let resources: [Broken] = [
        .resource("a: {}", 7, "resources.a: is neither sensor, actuator"),
        .resource("a: {sensr: t}", 7, "resources.a", "'sensr' is 'sensor' misspelled"),
        .resource("a: 5", 7, "resources.a: is a text"),
        .resource("a: {sensor: t, actuator: switch}", 7, "sensor and actuator at once"),
        .resource("/a: {firmware: true}", 7, "'/a' is no path", "leave the '/'"),
        .resource("a//b: {firmware: true}", 7, "'a//b' is no path"),
        .resource("a/../b: {firmware: true}", 7, "'a/../b' is no path"),
        .resource(".well-known/x: {firmware: true}", 7, "belongs to discovery"),
        .resource("a: {firmware: false}", 7, "resources.a.firmware: is false"),
        .resource("a: {sensor: t, signal: 1}", 7, "resources.a.unit: is missing", "unit: Cel"),
        .resource("a: {sensor: t, unit: Cel}", 7, "resources.a.signal: is missing", "room.temperature"),
        .resource("a: {sensor: t, unit: °C, signal: 1}", 7, "unit: '°C' is no unit", "'Cel' is meant"),
        .resource(
            "a: {sensor: t, unit: hPa, signal: 1}", 7, "unit: 'hPa' is a secondary unit", "Pa, of which 1 hPa is 100"),
        .resource("a: {sensor: t, unit: Cel, signal: 1, period: 0 s}", 7, "resources.a.period: 0 s is out of range"),
        .resource("a: {sensor: t, unit: Cel, signal: 1, noise: -1}", 7, "resources.a.noise: -1 is out of range"),
        .resource("a: {sensor: t, unit: Cel, signal: 1, noise: much}", 7, "resources.a.noise: 'much' is no number"),
        .resource("a: {sensor: t, unit: Cel, signal: 1, range: [5, 1]}", 7, "resources.a.range", "smaller value"),
        .resource("a: {sensor: t, unit: Cel, signal: 1, range: 5}", 7, "resources.a.range: is no range", "[0, 100]"),
        .resource("a: {sensor: t t, unit: Cel, signal: 1}", 7, "resources.a.sensor: 't t' is no quantity"),
        .resource(
            "a: {sensor: t, unit: Cel, signal: 1}\nb: {sensor: t, unit: Cel, signal: 1}", 8, "resources.b",
            "quantity of a, too", "outside-t"),
        .resource(
            "a: {firmware: true}\na/state: {sensor: t, unit: Cel, signal: 1}", 8, "resources.a/state",
            "where the firmware a shows its state"),
        .resource("a: {actuator: motor}", 7, "resources.a.actuator: 'motor'", "switch, dimmer, valve, setpoint"),
        .resource("a: {actuator: setpoint}", 7, "resources.a.unit: is missing"),
        .resource("a: {actuator: switch, unit: V}", 7, "resources.a.unit: a switch has none"),
        .resource("a: {actuator: switch, initial: 5}", 7, "resources.a.initial: 5", "on or off"),
        .resource("a: {actuator: valve, initial: 101}", 7, "resources.a.initial: 101", "0 to 100"),
        .resource("a: {actuator: switch, drives: room.heating}", 7, "drives: 'room.heating' is no model's input"),
        .resource(
            "a: {actuator: switch, drives: room.heater}\nb: {actuator: dimmer, drives: room.heater}", 8,
            "a drives room.heater already"),
        .resource("a: {actuator: dimmer, drives: room.people}", 5, "inputs.room.people: the actuator a drives it"),
        .resource("a: {actuator: valve, initial: 50, safety: {range: [0, 40]}}", 7, "initial: 50 is outside"),
        .resource("a: {actuator: valve, safety: {range: [0, 140]}}", 7, "safety.range", "0 to 100"),
        .resource("a: {actuator: valve, safety: {range: [0, 40], fail-safe: 50}}", 7, "fail-safe: 50 is outside"),
        .resource("a: {actuator: valve, safety: {silence: 1 h}}", 7, "safety.silence", "fail-safe"),
        .resource("a: {actuator: valve, safety: {rate: 0}}", 7, "safety.rate: is 0"),
        .resource(
            "a:\n  actuator: valve\n  safety:\n    interlocks:\n    - between: [0, 1]\n      resource: b", 12,
            "resources.a.safety.interlocks[1].resource: 'b' is no resource with a value"),
        .resource(
            "a: {actuator: valve, safety: {interlocks: [{resource: a, between: [0, 1]}]}}", 7, "not locked by itself"),
        .resource("a: {firmware: true, rt: \"a b\"}", 7, "resources.a.rt: 'a b'", "one word"),
    ]

    static let signals: [Broken] = [
        .signal("room.temperature", "'room.temperature' needs the model 'room'", "models: {room: {}}"),
        .signal("room.temprature", "no number and no model's output", "'room.temperature' is meant"),
        .signal("\"5\"", "no number and no model's output"),
        .signal("0x10", "no number"),
        .signal("{sin: 1}", "signal: 'sin' is no kind of signal", "'sine' is meant"),
        .signal("{sine: {amplitude: 1, period: 1 s}, step: 1}", "other than one key"),
        .signal("{sine: {amplitude: 1}}", "signal.sine.period: is missing"),
        .signal("{sine: {amplitude: 1, period: 0 s}}", "signal.sine.period", "more than 0"),
        .signal("{diurnal: {latitude: 91, low: 0, high: 1}}", "latitude: 91 is out of range", "-90 to 90"),
        .signal("{shared: outside}", "'outside' is no shared signal", "'shared' at the top"),
        .signal("{daily: {\"8\": 1}}", "signal.daily: '8' is no time of day", "\"08:00\""),
        .signal("{daily: {\"09:00\": 1, \"08:00\": 2}}", "signal.daily: 08:00 comes before"),
        .signal("{replay: {repeat: true}}", "'points' or 'file' is missing"),
        .signal("{replay: {points: [[0, 1], [0, 2]]}}", "0 s comes not after"),
        .signal("{replay: {points: [1]}}", "a point is a time and a value"),
        .signal("{replay: {file: a.csv}}", "signal.replay.file", "write 'points'"),
        .signal("{sum: []}", "signal.sum: is no list of signals"),
        .signal(
            String(repeating: "{sum: [", count: 17) + "1" + String(repeating: "]}", count: 17), "more than 16 times"),
    ]

    static let ends: [Broken] = [
        .end("events: [{at: 11 min, do: rebind}]", "events[1].at: 660 s is after the scenario's end"),
        .end("events: [{at: 1 min, do: restart}]", "events[1].do: 'restart'", "restart-server, rotate-keys"),
        .end("events: [{at: 1 min, do: rebind, for: 3 s}]", "events[1].for: means nothing for 'rebind'"),
        .end("events: [{at: 1 min, do: outage}]", "events[1].for: is missing", "20 s"),
        .end("events: [{at: 1 min, do: expire, devices: f-1}]", "events[1].devices: 'f-1' is nobody", "'d-1', 'e-1'"),
        .end(
            "events: [{at: 1 min, do: set, resource: a, value: 1}]", "events[1].resource: 'a' is no actuator", "write b"
        ),
        .end("events: [{at: 1 min, do: set, devices: \"e-*\", resource: b, value: 1}]", "have no actuator"),
        .end("events: [{at: 1 min, do: set, resource: b}]", "events[1].value: is missing"),
        .end("events: [{at: 1 min, do: fault}]", "events[1].fault: is missing", "stuck"),
        .end("events: [{do: rebind}]", "events[1].at: is missing"),
        .end("assert: [p99 latency < 500]", "assert[1]: 500 has no unit", "ms"),
        .end("assert: [t of f-* between 1 and 2]", "assert[1]: 'f-*' is nobody", "'d-1'"),
        .end("assert: [u of d-* between 1 and 2]", "assert[1]: 'u' is no quantity of 'd-*'", "write t"),
        .end("assert: [report lost == 0]", "assert[1]: 'report lost'", "'reports lost' is meant"),
        .end("assert: {a: b}", "assert: is a mapping"),
    ]

    @Test(
        "A broken scenario is refused with its line, its key and what to do",
        arguments: documents + groups + resources + signals + ends)
    func refused(_ broken: Broken) throws {
        let error = try #require(throws: CoAPError.self) {
            _ = try ScenarioDocument(broken.text.utf8, name: "s.yaml")
        }
        #expect(error.code == .invalidArgument)
        #expect(error.message.hasPrefix("s.yaml:\(broken.line): "), "\(error.message)")
        for part in broken.parts { #expect(error.message.contains(part), "\(error.message)") }
        #expect(!error.message.contains("\n"))
    }

    @Test("More groups, resources, faults, events and assertions than allowed are refused")
    func limits() throws {
        func reason(_ text: String) throws -> String {
            try #require(throws: CoAPError.self) { _ = try ScenarioDocument(text.utf8, name: "s") }.message
        }
        func list(_ count: Int, _ text: (Int) -> String) -> String { (0..<count).map(text).joined(separator: "\n") }
        let one = "scenario: s\ngroups: [{devices: d, resources: {a: {sensor: t, unit: V, signal: 1}}}]\n"
        let groups = list(65) { "- {devices: d\($0), resources: {a: {firmware: true}}}" }
        #expect(try reason("scenario: s\ngroups:\n\(groups)\n").contains("65 groups; 64 are allowed"))
        let resources = list(65) { "    r\($0): {firmware: true}" }
        let many = "scenario: s\ngroups:\n- devices: d\n  resources:\n\(resources)\n"
        #expect(try reason(many).hasPrefix("s:69: groups[1].resources: has 65"))
        let faults = list(1001) { _ in "  - {fault: stuck, at: 1 s}" }
        let faulty =
            "scenario: s\ngroups:\n- devices: d\n  resources: {a: {sensor: t, unit: V, signal: 1}}\n  faults:\n\(faults)\n"
        #expect(try reason(faulty).contains("1001 faults"))
        #expect(try reason(one + "events:\n" + list(1001) { _ in "- {at: 1 s, do: rebind}" }).contains("1001 entries"))
        #expect(try reason(one + "assert:\n" + list(1001) { _ in "- errors == 0" }).contains("1001 entries"))
    }

    @Test("A name that is neither a scenario nor a file is answered with the near one and the list")
    func unknownName() throws {
        let error = try #require(throws: CoAPError.self) { _ = try ScenarioDocument("thermostt") }
        #expect(error.code == .fileUnavailable)
        #expect(error.message.contains("'thermostat' is meant perhaps") && error.message.contains("greenhouse"))
        let missing = try #require(throws: CoAPError.self) { _ = try ScenarioDocument("/nowhere/s.yaml") }
        #expect(missing.code == .fileUnavailable && missing.message.contains("/nowhere/s.yaml"))
    }
}
