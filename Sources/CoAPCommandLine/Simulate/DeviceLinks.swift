// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPTesting
import DeviceSimulator
import LinkModel

/// The links between a fleet's devices and their server: a relay for each group, with a port of its own for each device.
///
/// Devices without a link of their own have one where an outage or a rebinding concerns them: a good one until then.
final class DeviceLinks: Sendable {
    /// A device's way through its relay.
    private struct Way {
        let link: FaultyLink
        let port: UInt16
    }

    private let links: [FaultyLink]
    /// By the device's name.
    private let ways: [String: Way]
    /// How many outages a device has at the moment, by its name.
    private let outages = Locked<[String: Int]>([:])

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
        var links: [FaultyLink] = []
        var ways: [String: Way] = [:]
        var rest = devices[...]
        for group in scenario.groups {
            let relayed = Self.relayed(rest.prefix(group.count), scenario)
            rest = rest.dropFirst(group.count)
            guard !relayed.isEmpty else { continue }
            let link = try FaultyLink(
                to: try server(group), toServer: group.link?.toServer ?? LinkFaults(),
                toClient: group.link?.toClient ?? LinkFaults(), seed: Self.seed(group, scenario),
                // Those that began anew by another port are there for a while.
                maximumFlows: 2 * relayed.count + 16)
            links.append(link)
            for device in relayed {
                ways[device.name] = Way(link: link, port: try link.privatePort(UInt64(device.number)))
            }
        }
        self.links = links
        self.ways = ways
    }

    /// The devices of a group that need a relay.
    private static func relayed(_ devices: ArraySlice<Device>, _ scenario: Scenario) -> [Device] {
        let patterns = Self.patterns(scenario)
        return devices.filter { device in
            device.group.link != nil || patterns.contains { $0.matches(device.name) }
        }
    }

    private static func patterns(_ scenario: Scenario) -> [NameGlob] {
        scenario.events.compactMap { event in
            switch event.action {
            case .outage(let devices, _), .rebind(let devices): NameGlob(devices)
            default: nil
            }
        }
    }

    /// How many files a scenario's relays have open, two for each device.
    static func files(for scenario: Scenario, _ devices: [Device]) -> Int { 2 * relayed(devices[...], scenario).count }

    /// A group's own, whatever groups there are beside it.
    private static func seed(_ group: DeviceGroup, _ scenario: Scenario) -> UInt64 {
        // FNV-1a.
        group.name.text.utf8.reduce(0xcbf2_9ce4_8422_2325 ^ scenario.seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Where a device's relay is; nil for a device without one.
    func address(for device: Device) throws(CoAPError) -> SocketAddress? {
        guard let way = ways[device.name] else { return nil }
        return try SocketAddress(bytes: way.link.address.bytes, port: way.port)
    }

    /// Lets nothing pass between devices and server for a while.
    func interrupt(_ devices: [Device], for duration: Duration) async {
        change(devices, by: 1)
        try? await Task.sleep(for: duration)
        change(devices, by: -1)
    }

    /// Nothing passes as long as one outage lasts.
    private func change(_ devices: [Device], by step: Int) {
        outages.withLock { outages in
            for device in devices {
                guard let way = ways[device.name] else { continue }
                let count = outages[device.name, default: 0] + step
                outages[device.name] = count
                way.link.interrupt(count > 0, clients: [way.port])
            }
        }
    }

    /// Gives devices other ports, as a translator of addresses does that forgot them.
    func rebind(_ devices: [Device]) {
        for device in devices {
            if let way = ways[device.name] { way.link.rebind(clients: [way.port]) }
        }
    }

    /// Ends the relays.
    func stop() { for link in links { link.stop() } }
}
