// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// IP addresses as people write them.
enum AddressText {
    /// The 4 or 16 bytes of an address, without its zone; nil for a name. An IPv4 address in IPv6's clothes is IPv4.
    static func bytes(of host: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        guard inet_pton(AF_INET6, String(host.prefix { $0 != "%" }), &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        return bytes[..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] ? Array(bytes[12...]) : bytes
    }
}
