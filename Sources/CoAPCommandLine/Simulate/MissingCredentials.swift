// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import DeviceSimulator

/// Devices that a keys folder has nothing for, and the commands that make it.
struct MissingCredentials {
    /// The devices of one group.
    private struct Part {
        let group: DeviceGroup
        /// The names of their credentials.
        let pattern: NamePattern
        let isKey: Bool
        /// The first one's.
        let first: String
        var count = 1
    }

    private let folder: KeyFolder
    private var parts: [Part] = []

    init(_ folder: KeyFolder) { self.folder = folder }

    /// Adds a device. Those of one group come one after another.
    ///
    /// - Parameters:
    ///   - pattern: the names of the group's credentials.
    ///   - isKey: true for a pre-shared key, false for a certificate.
    mutating func add(_ device: Device, _ pattern: NamePattern, isKey: Bool) {
        if let last = parts.last, last.group.name == device.group.name {
            parts[parts.count - 1].count += 1
        } else {
            let first = pattern.name(number: device.number, device: device.name)
            parts.append(Part(group: device.group, pattern: pattern, isKey: isKey, first: first))
        }
    }

    /// Says whom there is nothing for, and how that is mended; nil when nobody is missing.
    ///
    /// - Parameter total: how many devices there are.
    func error(of total: Int) -> CoAPError? {
        guard let first = parts.first else { return nil }
        let count = parts.reduce(0) { $0 + $1.count }
        let path = PrintableText.escaped(folder.path.utf8)
        let whom = count == 1 ? "for 1" : "for \(count)"
        return CoAPError(
            .invalidCredentials,
            "the keys folder '\(path)' has nothing \(whom) of \(SimulationText.number(total, "device")), the first is "
                + "'\(PrintableText.escaped(first.first.utf8))'; make it with: "
                + parts.map(command).joined(separator: " && ")
                + (parts.contains(where: \.isKey) ? "; or take the names of other keys with --identity PATTERN" : ""))
    }

    private func command(_ part: Part) -> String {
        let kind = (part.isKey ? " --psk" : " --certificate") + folder.option
        // A fleet is made whole or not at all.
        if part.count == part.group.count, part.count > 1, part.group.first == 1,
            let (prefix, digits) = Self.numbered(part)
        {
            let width = digits == "\(part.count)".count ? "" : " --digits \(digits)"
            return "coap keys fleet --count \(part.count) --prefix \(ShellText.quoted(prefix))\(width)\(kind)"
        }
        let others = part.count > 1 ? " (and so on for \(part.count - 1) more)" : ""
        return "coap keys add \(ShellText.quoted(part.first))\(kind)\(others)"
    }

    /// What names that end in their number begin with, and how many digits they have at least; nil for others.
    private static func numbered(_ part: Part) -> (prefix: String, digits: Int)? {
        func name(_ number: Int) -> String {
            part.pattern.name(number: number, device: part.group.name.name(number: number))
        }
        let last = name(part.count)
        let prefix = String(name(1).dropLast().reversed().drop { $0 == "0" }.reversed())
        let digits = name(1).count - prefix.count
        func made(_ number: Int) -> String {
            prefix + String(repeating: "0", count: max(0, digits - "\(number)".count)) + "\(number)"
        }
        return made(1) == name(1) && made(part.count) == last ? (prefix, digits) : nil
    }
}
