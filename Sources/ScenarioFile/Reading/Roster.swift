// SPDX-License-Identifier: Apache-2.0

import CoAP
import DeviceSimulator
import PlainYAML

/// Who is in a scenario: finds names and identities that several devices have, and whom a pattern means.
struct Roster {
    private enum Identity: Hashable {
        case key(String)
        case certificate(String)
    }

    private(set) var groups: [DeviceGroup] = []
    /// Of each group, in UTF-8: with many events they are looked through often.
    private var names: [[[UInt8]]] = []
    /// The group of each name.
    private var owners: [String: Int] = [:]
    private var identities: [Identity: Int] = [:]

    /// Takes a group up.
    mutating func add(_ group: DeviceGroup, _ section: Section) throws(CoAPError) {
        let number = groups.count
        var groupNames: [[UInt8]] = []
        let total = owners.count + group.count
        guard total <= ScenarioLimits.devices else {
            throw section.problem(
                "count",
                "there are \(total) devices in all groups together; \(ScenarioLimits.devices) are allowed, so lower it")
        }
        for device in group.numbers {
            let name = group.deviceName(device)
            guard name.utf8.count <= 64 else {
                throw section.problem("devices", "'\(name.shown)' is longer than 64 bytes; choose a shorter name")
            }
            if let owner = owners.updateValue(number, forKey: name) {
                let whose = owner == number ? "several devices" : "a device of groups[\(owner + 1)], too"
                throw section.problem(
                    "devices", "'\(name.shown)' is the name of \(whose); number the names by {n}, or choose another")
            }
            try check(identity: group, device, name, number, section)
            groupNames.append(Array(name.utf8))
        }
        groups.append(group)
        names.append(groupNames)
    }

    private mutating func check(
        identity group: DeviceGroup, _ device: Int, _ name: String, _ number: Int, _ section: Section
    ) throws(CoAPError) {
        let identity: Identity
        let text: String
        switch group.credential {
        case .preSharedKey(let pattern):
            text = pattern.name(number: device, device: name)
            identity = .key(text)
        case .certificate(let pattern):
            text = pattern.name(number: device, device: name)
            identity = .certificate(text)
        case .plain: return
        }
        guard text.utf8.count <= 64 else {
            throw section.problem("credentials", "'\(text.shown)' is longer than 64 bytes; choose a shorter one")
        }
        if identities.updateValue(number, forKey: identity) != nil {
            throw section.problem(
                "credentials",
                "'\(text.shown)' would be the identity of several devices; write {name} or {n}, so that each has its own"
            )
        }
    }

    /// The numbers of the groups with a device that a pattern means.
    func groups(matching text: String) -> [Int] {
        guard text.contains("*") else { return owners[text].map { [$0] } ?? [] }
        let pattern = DevicePattern(text)
        let prefix = text.prefix { $0 != "*" }
        return names.indices.filter { number in
            let common = groups[number].name.text.prefix { $0 != "{" }
            guard prefix.hasPrefix(common) || common.hasPrefix(prefix) else { return false }
            return names[number].contains { pattern.matches($0) }
        }
    }

    /// Some names, for an error.
    var examples: String {
        let shown = names.prefix(4).compactMap(\.first).map { "'\(String(decoding: $0, as: UTF8.self))'" }
        return shown.isEmpty ? "no devices" : shown.joined(separator: ", ") + (owners.count > shown.count ? " …" : "")
    }
}
