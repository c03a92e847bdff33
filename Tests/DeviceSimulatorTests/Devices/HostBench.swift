// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import DeviceSimulator

/// A host of devices whose time moves by hand, behind a router without a socket.
struct HostBench: Sendable {
    static let start = 1_800_000_000.0
    let host: DeviceHost
    let tester: RouterTester
    private let clock: Locked<Double>

    init(_ scenario: Scenario, onAudit: @escaping @Sendable (ActuatorAudit) -> Void = { _ in }) {
        let clock = Locked(0.0)
        self.clock = clock
        host = DeviceHost(
            scenario.starting(at: Self.start), clock: { clock.withLock { $0 } }, onAudit: onAudit)
        tester = RouterTester(Self.router(host))
    }

    /// A host of one device with these resources.
    init(
        _ resources: [DeviceResource], models: [PhysicalModel] = [], faults: [Fault] = [], count: Int = 1,
        onAudit: @escaping @Sendable (ActuatorAudit) -> Void = { _ in }
    ) {
        var group = DeviceGroup(name: NamePattern("unit-{n}"))
        group.resources = resources
        group.models = models
        group.faults = faults
        group.count = count
        var scenario = Scenario(name: "bench")
        scenario.groups = [group]
        self.init(scenario, onAudit: onAudit)
    }

    static func router(_ host: DeviceHost) -> Router {
        let router = Router()
        host.register(on: router)
        return router
    }

    /// Lets time go by, of which nobody is told yet.
    func set(_ time: Double) { clock.withLock { $0 = time } }

    /// Lets time go by, and observers be told.
    func move(to time: Double) {
        clock.withLock { $0 = time }
        host.advance()
    }

    func get(_ path: String, accept: ContentFormat? = nil) async throws -> Response {
        try await tester.response(.get, path, accept: accept)
    }

    func put(
        _ path: String, _ body: String, _ format: ContentFormat? = nil, by identity: PeerIdentity = .anonymous
    ) async throws -> Response {
        try await tester.response(
            .put, path, contentFormat: format, payload: Array(body.utf8), from: Peer(identity: identity))
    }

    /// A sensor that shows what it should without noise.
    static func sensor(
        _ path: String, _ quantity: String, _ unit: String, _ signal: Signal, quantum: Double = 0, warmUp: Double = 0
    ) -> DeviceResource {
        var sensor = Sensor(quantity: quantity, unit: unit, signal: signal)
        sensor.quantum = quantum
        sensor.warmUp = warmUp
        return DeviceResource(path: path, .sensor(sensor))
    }
}
