// SPDX-License-Identifier: Apache-2.0

/// What a fault that somebody asks for is to meet: devices by a pattern of their names, and perhaps one resource of each.
public struct FaultTarget: Hashable, Sendable {
    /// The pattern of the devices' names, `room-00*`; `*` stands for any characters, none too.
    public var devices: String
    /// The path of the resource, `sensors/temperature`; nil for all sensors of a device, or the device itself.
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

    /// The devices that are meant, and the target as it holds for them. Where no device has such a name, but one has such a path, as
    /// it stands in the URI of a server with one device, the path of all devices is meant.
    func resolved(among all: [Device]) -> (target: FaultTarget, devices: [Device]) {
        let named = all.filter { Self.matches($0.name, devices) }
        guard named.isEmpty, let resource else { return (self, named.filter(offers)) }
        let other = FaultTarget(resource: "\(devices)/\(resource)")
        return (other, all.filter(other.offers))
    }

    /// The devices that are meant.
    package func devices(among all: [Device]) -> [Device] { resolved(among: all).devices }

    private func offers(_ device: Device) -> Bool {
        guard let resource else { return true }
        return device.group.resources.contains { $0.path == resource }
    }

    /// True for a name that fits a pattern in which `*` stands for any characters. The time is at most the product of both lengths.
    package static func matches(_ name: String, _ pattern: String) -> Bool {
        let (name, pattern) = (Array(name.utf8), Array(pattern.utf8))
        var (place, at) = (0, 0)
        // Where to go on when a letter does not fit: behind the last star, one letter further.
        var retry: (place: Int, at: Int)?
        while place < name.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                retry = (place, at + 1)
                at += 1
            } else if at < pattern.count, pattern[at] == name[place] {
                place += 1
                at += 1
            } else if let last = retry {
                retry = (last.place + 1, last.at)
                (place, at) = (last.place + 1, last.at)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

extension FaultTarget: CustomStringConvertible {
    /// As it is written.
    public var description: String { devices + (resource.map { "/" + $0 } ?? "") }
}
