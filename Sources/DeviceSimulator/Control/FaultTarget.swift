// SPDX-License-Identifier: Apache-2.0

/// What a fault that somebody asks for is to meet: devices by a pattern of their names, and perhaps one resource of each.
public struct FaultTarget: Hashable, Sendable {
    /// The pattern of the devices' names, `room-00*`; `*` stands for any characters, none too.
    public var devices: String
    /// The path of the resource, `sensors/temperature`, or a pattern of paths, `sensors/*`; nil for all sensors of a device, or the device itself.
    public var resource: String?

    /// A target.
    public init(devices: String = "*", resource: String? = nil) {
        self.devices = devices
        self.resource = resource
    }

    /// A target as it is written: `room-007`, `room-*/sensors/temperature`, or `/sensors/temperature` for that of all devices.
    ///
    /// - Parameter text: the pattern of the names, and the resource's path behind the first slash.
    public init(_ text: some StringProtocol) {
        let names = String(text.prefix { $0 != "/" })
        let path = String(text.dropFirst(names.count + 1))
        self.init(
            devices: names.isEmpty ? "*" : names,
            resource: path.isEmpty || path == "*" ? nil : path)
    }

    /// The numbers of the devices that are meant, and the target as it holds for them. Where no device has such a name, but one has
    /// such a path, as it stands in the URI of a server with one device, the path of all devices is meant.
    ///
    /// - Parameters:
    ///   - all: the devices there are.
    ///   - kind: what is to go wrong: a reboot meets every device, everything else those with sensors.
    func resolved(among all: [Device], for kind: Fault.Kind) -> (target: FaultTarget, devices: [Int]) {
        let isSensor: (DeviceResource) -> Bool = { if case .sensor = $0.content { true } else { false } }
        if case .reboot = kind { return resolved(among: all) { _ in true } }
        return resolved(among: all) {
            $0.group.resources.contains(where: isSensor)
        } offers: {
            isSensor($0)
        }
    }

    /// The devices that have such a resource, whatever it is.
    package func devices(among all: [Device]) -> [Device] {
        resolved(among: all) { _ in true }.devices.map { all[$0] }
    }

    private func resolved(
        among all: [Device], isMet: (Device) -> Bool, offers: (DeviceResource) -> Bool = { _ in true }
    ) -> (target: FaultTarget, devices: [Int]) {
        func devices(named: [Int], with resource: String?) -> [Int] {
            guard let resource else { return named.filter { isMet(all[$0]) } }
            let glob = NameGlob(resource)
            return named.filter { number in
                all[number].group.resources.contains { glob.matches($0.path) && offers($0) }
            }
        }
        let glob = NameGlob(self.devices)
        let named = all.indices.filter { glob.matches(all[$0].name) }
        guard named.isEmpty, let resource else { return (self, devices(named: named, with: resource)) }
        let other = FaultTarget(resource: "\(self.devices)/\(resource)")
        return (other, devices(named: Array(all.indices), with: other.resource))
    }
}

extension FaultTarget: CustomStringConvertible {
    /// As it is written.
    public var description: String { devices + (resource.map { "/" + $0 } ?? "") }
}
