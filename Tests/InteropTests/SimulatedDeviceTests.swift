// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import Testing

/// The simulated devices to other people's clients.
@Suite("Simulated devices and libcoap's client", .timeLimit(.minutes(10)))
struct SimulatedDeviceTests {
    @Test(
        "A new program of 300 kB is taken block by block; one with a wrong sum is refused", .needs(.coapClientOpenSSL))
    func firmware() async throws {
        let image = String(repeating: "firmware! ", count: 30_000)
        let hasher = BodyHasher()
        hasher.update(Array(image.utf8))
        let sum = Hexadecimal.encode(hasher.finish())
        let folder = try TemporaryFolder()
        try folder.write(image, to: "image")
        let input = ["-b", "1024", "-f", folder.path("image")]
        // Time stands still: the device does not come back while the client looks.
        let host = DeviceHost(.thermostat, clock: { 0 })
        let router = Router()
        host.register(on: router)
        let client = LibcoapClient(peer: .coapClientOpenSSL, mode: .key)
        try await TestServer.with(.key, router: router) { uri in
            let wrong = String(repeating: "0", count: 64)
            let refused = try await client.request(
                "put", "\(uri)/firmware?sha256=\(wrong)&version=2.0", input, wait: 200)
            #expect(refused.code == "4.00" && refused.text?.contains(sum) == true, "\(refused)")
            let taken = try await client.request(
                "put", "\(uri)/firmware?sha256=\(sum)&version=2.0", input, wait: 200)
            #expect(taken.code == "2.04" && taken.text?.hasPrefix("300000 bytes") == true, "\(taken)")
            let state = try await client.request("get", "\(uri)/firmware/state")
            #expect(state.text == "rebooting", "\(state)")
            let away = try await client.request("get", "\(uri)/sensors/temperature")
            #expect(away.code == "5.03", "\(away)")
        }
    }
}
