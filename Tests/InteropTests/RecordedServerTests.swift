// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator
import Foundation
import ScenarioFile
import TestSupport
import Testing

/// `coap record` of other people's servers.
@Suite("Recordings of other people's servers", .timeLimit(.minutes(5)))
struct RecordedServerTests {
    @Test("libcoap's clock is recorded by asking, and plays back its seconds")
    func libcoap() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "recorded-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await LibcoapServer.with(.coapServerNoTLS) { server in
            let program = try RunningProgram(
                RunningProgram.built("coap"),
                ["record", "--path", "/time?ticks", "--every", "200ms", "--duration", "4s", server.plain, "-o", file])
            let result = await program.end()
            #expect(result.status == 0 && result.output.contains("/time  polled"), "\(result.output) \(result.errors)")
        }
        let scenario = try ScenarioDocument(file).scenario
        let resource = try #require(scenario.groups.first?.resources.first)
        guard case .sensor(let sensor) = resource.content, case .replay(let track) = sensor.signal else {
            Issue.record("no recording: \(resource)")
            return
        }
        #expect(resource.path == "time" && track.points.count > 2)
        // Its clock counts seconds, and was asked more often.
        let steps = zip(track.points.dropFirst(), track.points).map { $0.value - $1.value }
        #expect(steps.allSatisfy { $0 >= 0 } && track.points[0].value > 1_600_000_000)
        let device = Device(number: 1, of: scenario.groups[0], in: scenario)
        device.advance(to: track.points[1].time + sensor.period)
        #expect(device.value(of: 0) == track.points[1].value)
    }
}
