// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

extension KeyFolder {
    /// This host's own name; nil when it is not one that a certificate can carry.
    public static var hostName: String? {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return nil }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).lowercased()
        return isHostName(name) && !isAddress(name) ? name : nil
    }

    /// The first ten of many names, and how many more there are.
    package static func some(of names: [some Collection<UInt8>]) -> String {
        let more = names.count > 10 ? " and \(names.count - 10) more" : ""
        return names.prefix(10).map { PrintableText.escaped($0) }.joined(separator: ", ") + more
    }

    /// What a server's certificate is made out to: this machine's own names and addresses and these.
    static func serverNames(_ more: [String]) throws(CoAPError) -> (common: String, alternative: [String]) {
        var hosts = ["localhost"]
        var addresses = ["127.0.0.1", "::1"]
        for given in more {
            let name = given.lowercased()
            if isAddress(name) {
                if !addresses.contains(name) { addresses.append(name) }
            } else if isHostName(name) {
                if !hosts.contains(name) { hosts.append(name) }
            } else {
                throw CoAPError(
                    .invalidArgument,
                    "'\(PrintableText.escaped(given.utf8))' is neither a host name nor an IP address; a host name has "
                        + "letters, digits and '-' between its dots")
            }
        }
        // A common name holds 64 characters; verifiers look at the alternative names.
        let common = hosts.dropFirst().first { $0.utf8.count <= 64 } ?? "localhost"
        return (common, hosts.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" })
    }

    private static func isAddress(_ text: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1
    }

    /// True for a host name or an IP address.
    static func isHost(_ name: String) -> Bool { isAddress(name) || isHostName(name.lowercased()) }

    private static func isHostName(_ name: String) -> Bool {
        guard (1...253).contains(name.utf8.count) else { return false }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { isNameByte($0) && $0 != UInt8(ascii: "_") }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    /// True for what can name a device.
    static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(isNameByte) && !name.hasPrefix(".")
            && !name.hasPrefix("-")
    }

    /// Refuses a name that would leave the folder, hide, or be taken for an option.
    static func checkName(_ name: String) throws(CoAPError) {
        guard isName(name) else {
            throw CoAPError(
                .invalidArgument,
                "'\(PrintableText.escaped(name.utf8.prefix(100)))' cannot name a device: take 1 to 64 letters, digits, '.', "
                    + "'_' and '-', not '.' or '-' first")
        }
    }
}
