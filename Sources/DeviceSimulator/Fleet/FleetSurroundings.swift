// SPDX-License-Identifier: Apache-2.0

public import CoAP

/// What a fleet's devices find around them: their server, what they prove themselves by, and the links between.
public protocol FleetSurroundings: Sendable {
    /// A device's server.
    ///
    /// - Parameter device: whose.
    /// - Throws: `CoAPError` when there is no way.
    func uri(for device: Device) throws(CoAPError) -> CoAPURI

    /// Where a device sends what is for its server: the address of the link in front of it; nil for the server's own.
    ///
    /// Whom the server's certificate must name stays the host of ``uri(for:)``.
    ///
    /// - Parameter device: whose.
    /// - Throws: `CoAPError` when there is no way.
    func address(for device: Device) throws(CoAPError) -> SocketAddress?

    /// What a device proves itself by, asked before each of its sessions.
    ///
    /// - Throws: `CoAPError` when there are no credentials for it.
    func security(for device: Device) throws(CoAPError) -> ClientSecurity

    /// Is told of each new session of a device, and the port it comes from.
    ///
    /// - Parameters:
    ///   - device: whose.
    ///   - port: the device's own, by which a link in front of the server knows it.
    func opened(_ device: Device, from port: UInt16)

    /// Has happen what concerns server, credentials and links. Time goes on meanwhile.
    ///
    /// Outages and rebinds of the groups' own links come here at their times as well as the scenario's events. All lengths are in real
    /// seconds, whatever the scenario's speed. The task is cancelled when the fleet's run ends.
    ///
    /// - Parameters:
    ///   - action: what.
    ///   - devices: whom it concerns; none for what concerns the server.
    /// - Throws: `CoAPError` for what cannot be done, such as the restart of somebody else's server.
    func perform(_ action: ScenarioEvent.Action, devices: [Device]) async throws(CoAPError)

    /// What the server has got so far; nil for somebody else's server.
    var received: ReceivedReports? { get }
}

extension FleetSurroundings {
    /// The server's own address.
    public func address(for device: Device) throws(CoAPError) -> SocketAddress? { nil }

    /// Takes no notice.
    public func opened(_ device: Device, from port: UInt16) {}
}
