// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import Testing

@testable import DeviceSimulator

@Suite("Devices that are observed", .timeLimit(.minutes(5)))
struct ObservedDeviceTests {
    private static let counting = Signal.ramp(from: 0, to: 1e6, start: 0, duration: 1e6)

    /// Values as they come, until a condition holds.
    private static func texts(
        _ states: ObservationStates, until isEnough: ([String]) -> Bool, each: (String) -> Void
    ) async throws -> [String] {
        var seen: [String] = []
        for try await state in states {
            switch state {
            case .value(let notification): seen.append(notification.response.text)
            case .stale: seen.append("stale")
            case .resumed: seen.append("resumed")
            case .ended(let end): seen.append("ended: \(end)")
            }
            if isEnough(seen) { return seen }
            if let last = seen.last { each(last) }
        }
        return seen
    }

    @Test("Observers are told of changed values, in the simulated time that passes")
    func values() async throws {
        let bench = HostBench([HostBench.sensor("s", "x", "", Self.counting)])
        try await Loopback.withServer(HostBench.router(bench.host)) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                let seen = try await session.observe("s") { states in
                    try await Self.texts(states, until: { $0.count == 4 }) { bench.move(to: (Double($0) ?? 0) + 1) }
                }
                #expect(seen == ["0", "1", "2", "3"])
            }
        }
    }

    @Test("An actuator's observers are told when it is set, and when it takes its fail-safe value")
    func actuator() async throws {
        var dimmer = Actuator(.dimmer, quantity: "lamp")
        dimmer.envelope.silence = 30
        dimmer.envelope.failSafe = 20
        let bench = HostBench([DeviceResource(path: "lamp", .actuator(dimmer))])
        try await Loopback.withServer(HostBench.router(bench.host)) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                let seen = try await session.observe("lamp") { states in
                    var iterator = states.makeAsyncIterator()
                    var seen: [String] = []
                    while seen.count < 3, let state = try await iterator.next() {
                        guard case .value(let value) = state else { continue }
                        seen.append(value.response.text)
                        if seen.count == 1 { _ = try await session.put("lamp", text: "75") }
                        if seen.count == 2 { bench.move(to: 31) }
                    }
                    return seen
                }
                #expect(seen == ["0 %", "75 %", "20 %"])
            }
        }
    }

    @Test("By itself time goes by as fast as the scenario says")
    func running() async throws {
        var group = DeviceGroup(name: NamePattern("unit-{n}"))
        group.resources = [HostBench.sensor("s", "x", "", Self.counting)]
        var scenario = Scenario(name: "fast")
        scenario.groups = [group]
        scenario.speed = 50
        let host = DeviceHost(scenario)
        // It goes by from the first value on: until then nothing is missed.
        let running = Locked<Task<Void, Never>?>(nil)
        defer { running.withLock { $0?.cancel() } }
        try await Loopback.withServer(HostBench.router(host)) { uris in
            try await CoAPClient.withSession(to: uris[0], security: .plain) { session in
                // A value may come twice, when it is asked for in the moment in which it changes.
                let seen = try await session.observe("s") { states in
                    try await Self.texts(states, until: { Set($0.compactMap(Double.init)).count == 4 }) { _ in
                        running.withLock { $0 = $0 ?? Task { await host.run() } }
                    }
                }
                let numbers = seen.compactMap(Double.init)
                #expect(numbers == numbers.sorted(), "\(seen)")
            }
        }
    }

    /// Registers by a bare socket, which does nothing by itself.
    private static func register(
        _ socket: RawSocket, _ path: String, accept: ContentFormat? = nil
    ) async throws -> Message {
        var options = try Request(.get, path).options
        options.observe = 0
        options.accept = accept
        socket.send(
            Message(
                type: .nonConfirmable, code: Method.get.code, messageID: 7, token: [1], options: options, payload: []
            )
            .bytes)
        return try await next(socket)
    }

    private static func next(_ socket: RawSocket) async throws -> Message {
        let datagram = try #require(await socket.receive())
        return try #require(Message(datagram))
    }

    @Test("A restart without farewell: observers hear nothing until the device is back")
    func silentRestart() async throws {
        let bench = HostBench(
            [HostBench.sensor("s", "x", "", Self.counting)],
            faults: [Fault(.reboot(farewell: false), .at(5), duration: 10)])
        try await Loopback.withServer(HostBench.router(bench.host)) { uris in
            let socket = try RawSocket(to: uris[0])
            let first = try await Self.register(socket, "s")
            #expect(first.code == .content && first.payload == Array("0".utf8))
            bench.move(to: 6)
            bench.move(to: 14)
            bench.move(to: 16)
            let second = try await Self.next(socket)
            #expect(second.code == .content && second.payload == Array("16".utf8), "\(second)")
        }
    }

    @Test("A restart with farewell: observers get 5.03 with the time after which it is back")
    func restartWithFarewell() async throws {
        let bench = HostBench(
            [HostBench.sensor("s", "x", "", Self.counting)],
            faults: [Fault(.reboot(farewell: true), .at(5), duration: 10)])
        try await Loopback.withServer(HostBench.router(bench.host)) { uris in
            let socket = try RawSocket(to: uris[0])
            _ = try await Self.register(socket, "s")
            bench.move(to: 6)
            let farewell = try await Self.next(socket)
            #expect(farewell.code == .serviceUnavailable && farewell.options.maxAge == 9, "\(farewell)")
            #expect(farewell.options.observe == nil)
        }
    }

    @Test("A value that is no number ends no observation, though its format cannot say it")
    func notANumber() async throws {
        let bench = HostBench(
            [HostBench.sensor("s", "x", "", Self.counting)], faults: [Fault(.notANumber, .at(1), duration: 3)])
        try await Loopback.withServer(HostBench.router(bench.host)) { uris in
            let socket = try RawSocket(to: uris[0])
            let first = try await Self.register(socket, "s", accept: .json)
            #expect(first.payload == Array(#"{"x":0}"#.utf8))
            bench.move(to: 1)
            // Behind what the server had to tell.
            let other = try RawSocket(to: uris[0])
            let text = try await Self.register(other, "s")
            #expect(text.payload == Array("NaN".utf8))
            bench.move(to: 4)
            let second = try await Self.next(socket)
            #expect(second.code == .content && second.payload == Array(#"{"x":4}"#.utf8), "\(second)")
        }
    }
}
