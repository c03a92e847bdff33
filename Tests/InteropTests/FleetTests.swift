// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import ScenarioFile
import Testing

@Suite("Simulated devices with libcoap's server", .needs(.coapServerOpenSSL))
struct FleetTests {
    /// libcoap's server, which takes any identity with its key.
    private struct Surroundings: FleetSurroundings {
        let server: CoAPURI

        func uri(for device: Device) throws(CoAPError) -> CoAPURI { server }

        func security(for device: Device) throws(CoAPError) -> ClientSecurity {
            server.scheme == .coap
                ? .plain : try .preSharedKey(identity: device.name, key: Secret(TestKey.key.utf8))
        }

        func perform(_ action: ScenarioEvent.Action, devices: [Device]) async throws(CoAPError) {}

        var received: ReceivedReports? { nil }
    }

    private static let yaml = """
        scenario: interop
        time: {duration: 3 s}
        groups:
          - devices: room-{n}
            count: 10
            resources:
              sensors/temperature: {sensor: temperature, unit: Cel, signal: 21, period: 500 ms, noise: 0.1}
            report: {to: reports, every: 500 ms}
          - devices: meter-{n}
            count: 5
            resources:
              sensors/power: {sensor: power, unit: W, signal: 100, period: 1 s}
            report: {to: reports, every: 1 s, confirmable: false, format: senml+json}
        assert:
          - reports lost == 0
          - errors == 0
        """

    @Test("Each report is taken, from each device by its own session", arguments: [true, false])
    func reports(isSecure: Bool) async throws {
        try await LibcoapServer.with(.coapServerOpenSSL, ["-k", TestKey.key]) { server in
            let uri = try CoAPURI(isSecure ? server.secure : server.plain)
            // The resource is not there before something was put.
            let security = isSecure ? try TestKey.client() : .plain
            try await CoAPClient.withSession(to: uri, security: security) { session in
                let made = try await session.put("reports", text: "made")
                #expect(made.code == .created)
            }
            let fleet = Fleet(try ScenarioDocument(Array(Self.yaml.utf8), name: "interop.yaml").scenario)
            let report = try await fleet.run(in: Surroundings(server: uri))
            #expect(report.holds, "\(report.verdicts)")
            #expect(report.counters.reportsDelivered >= 10 * 6 + 5 * 3 && report.received == nil)
            #expect(report.counters.handshakes == (isSecure ? 15 : 0))
        }
    }
}
