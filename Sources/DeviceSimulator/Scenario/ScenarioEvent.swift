// SPDX-License-Identifier: Apache-2.0

/// Something that happens to server and devices at a set time.
public struct ScenarioEvent: Hashable, Sendable {
    /// What happens. Devices are named by a pattern, `room-*`.
    public enum Action: Hashable, Sendable {
        /// The server that the simulation runs itself loses all sessions and is away for so many seconds.
        case serverRestart(downFor: Double)
        /// Devices get new keys or certificates; the server knows them from then on, the old ones are revoked.
        case rotateCredentials(devices: String)
        /// What devices prove themselves by runs out; they get nothing any more until they get new ones.
        case expireCredentials(devices: String)
        /// What devices prove themselves by is revoked.
        case revokeCredentials(devices: String)
        /// Nothing passes between devices and server for so many seconds.
        case outage(devices: String, duration: Double)
        /// Devices get other ports.
        case rebind(devices: String)
        /// Something goes wrong with devices.
        case fault(Fault.Kind, devices: String, resource: String?, duration: Double)
        /// An actuator is set.
        case write(devices: String, path: String, value: Double)
    }

    /// When, in seconds since the start.
    public var time: Double
    /// What.
    public var action: Action

    /// An event.
    public init(at time: Double, _ action: Action) {
        self.time = time
        self.action = action
    }
}
