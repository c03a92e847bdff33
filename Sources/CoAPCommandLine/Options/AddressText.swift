// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// IP addresses as people write them.
enum AddressText {
    /// The 4 or 16 bytes of an address, without its zone; nil for a name. An IPv4 address in IPv6's clothes is IPv4.
    static func bytes(of host: String) -> [UInt8]? {
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, host, &four) == 1 { return four }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, String(host.prefix { $0 != "%" }), &bytes) == 1 else { return nil }
        return bytes[..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] ? Array(bytes[12...]) : bytes
    }
}
