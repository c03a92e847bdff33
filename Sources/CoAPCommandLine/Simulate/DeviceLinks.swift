// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import DeviceSimulator
import LinkModel

/// The links between a fleet's devices and their server: relays with faults, as their groups say.
///
/// An event may cut off some devices of a group and leave the others. So devices share a relay where all events concern all of
/// them or none; those with a good link that no event concerns have none.
final class DeviceLinks: Sendable {
    /// Devices that share a relay.
    private final class Segment: Sendable {
        let link: FaultyLink
        /// How many outages there are at the moment.
        let outages = Locked(0)

        init(_ link: FaultyLink) { self.link = link }

        /// Nothing passes as long as one outage lasts.
        func outage(_ change: Int) {
            outages.withLock { outages in
                outages += change
                link.interrupt(outages > 0)
            }
        }
    }

    private let segments: [Segment]
    /// The relay of each device that has one, by its name.
    private let segmentOfDevice: [String: Segment]

    /// Starts the relays.
    ///
    /// - Parameters:
    ///   - scenario: says what goes wrong, and with whom.
    ///   - devices: all of the scenario's, in its order.
    ///   - server: where a group's devices find the server; its host is an IP address.
    /// - Throws: `CoAPError` when a relay cannot be started.
    init(
        of scenario: Scenario, _ devices: [Device], to server: (DeviceGroup) throws(CoAPError) -> CoAPURI
    ) throws(CoAPError) {
        let patterns = scenario.events.compactMap { event -> NameGlob? in
            switch event.action {
            case .outage(let devices, _), .rebind(let devices): NameGlob(devices)
            default: nil
            }
        }
        var segments: [Segment] = []
        var segmentOfDevice: [String: Segment] = [:]
        var rest = devices[...]
        for group in scenario.groups {
            var segmentOfEvents: [[Bool]: Segment] = [:]
            for device in rest.prefix(group.count) {
                let events = patterns.map { $0.matches(device.name) }
                guard group.link != nil || events.contains(true) else { continue }
                if segmentOfEvents[events] == nil {
                    let link = try FaultyLink(
                        to: try server(group), toServer: group.link?.toServer ?? LinkFaults(),
                        toClient: group.link?.toClient ?? LinkFaults(),
                        seed: scenario.seed &+ UInt64(segments.count) &* 0x9E37_79B9_7F4A_7C15)
                    let segment = Segment(link)
                    segmentOfEvents[events] = segment
                    segments.append(segment)
                }
                segmentOfDevice[device.name] = segmentOfEvents[events]
            }
            rest = rest.dropFirst(group.count)
        }
        self.segments = segments
        self.segmentOfDevice = segmentOfDevice
    }

    /// How many relays there are.
    var count: Int { segments.count }

    /// Where a device finds its server: the relay, or the server itself.
    func uri(for device: Device, _ server: CoAPURI) -> CoAPURI {
        segmentOfDevice[device.name]?.link.uri(for: server) ?? server
    }

    /// Lets nothing pass between devices and server for a while.
    func interrupt(_ devices: [Device], for duration: Duration) async {
        let cut = segments(of: devices)
        for segment in cut { segment.outage(1) }
        try? await Task.sleep(for: duration)
        for segment in cut { segment.outage(-1) }
    }

    /// Gives devices other ports, as a translator of addresses does that forgot them.
    func rebind(_ devices: [Device]) { for segment in segments(of: devices) { _ = segment.link } }

    private func segments(of devices: [Device]) -> [Segment] {
        var found: [ObjectIdentifier: Segment] = [:]
        for device in devices {
            if let segment = segmentOfDevice[device.name] { found[ObjectIdentifier(segment)] = segment }
        }
        return Array(found.values)
    }

    /// Ends the relays.
    func stop() { for segment in segments { segment.link.stop() } }
}
