// SPDX-License-Identifier: Apache-2.0

public import CoAP

/// What a fleet's devices find around them: their server, what they prove themselves by, and the links between.
public protocol FleetSurroundings: Sendable {
    /// Where a device finds its server: the server itself, or the link in front of it.
    ///
    /// - Throws: `CoAPError` when there is no way.
    func uri(for device: Device) throws(CoAPError) -> CoAPURI

    /// What a device proves itself by, asked before each of its sessions.
    ///
    /// - Throws: `CoAPError` when there are no credentials for it.
    func security(for device: Device) throws(CoAPError) -> ClientSecurity

    /// Has happen what concerns server, credentials and links.
    ///
    /// - Parameters:
    ///   - action: what.
    ///   - devices: whom it concerns; none for what concerns the server.
    /// - Throws: `CoAPError` for what cannot be done, such as the restart of somebody else's server.
    func perform(_ action: ScenarioEvent.Action, devices: [Device]) async throws(CoAPError)

    /// What the server has got so far; nil for somebody else's server.
    var received: ReceivedReports? { get }
}

/// What a server has got of a fleet's reports.
public struct ReceivedReports: Hashable, Sendable {
    /// Reports, each counted once.
    public var count = 0
    /// Reports that came again.
    public var duplicates = 0

    /// Nothing.
    public init() {}
}
