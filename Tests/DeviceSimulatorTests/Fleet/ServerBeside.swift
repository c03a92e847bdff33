// SPDX-License-Identifier: Apache-2.0

import CoAP

@testable import DeviceSimulator

/// A server on this machine that devices report to.
struct ServerBeside: FleetSurroundings {
    var uri: CoAPURI
    var keys: KeyRing
    var counter: ReportCounter
    var hasKeys = true
    var rotate: @Sendable ([Device]) async throws -> Void = { _ in }
    var restart: @Sendable (Double) async throws -> Void = { _ in }
    var note: @Sendable (Device, UInt16) -> Void = { _, _ in }

    var received: ReceivedReports? { counter.received }

    func uri(for device: Device) throws(CoAPError) -> CoAPURI { uri }

    func security(for device: Device) throws(CoAPError) -> ClientSecurity {
        guard hasKeys else { throw CoAPError(.invalidCredentials, "\(device.name) has no key") }
        return try .preSharedKey(identity: device.name, key: keys.key(of: device.name))
    }

    func opened(_ device: Device, from port: UInt16) { note(device, port) }

    func perform(_ action: ScenarioEvent.Action, devices: [Device]) async throws(CoAPError) {
        do {
            switch action {
            case .rotateCredentials: try await rotate(devices)
            case .serverRestart(let downFor): try await restart(downFor)
            default: break
            }
        } catch {
            throw error as? CoAPError ?? CoAPError(.internal, "\(error)")
        }
    }
}
