// SPDX-License-Identifier: Apache-2.0

extension SocketAddress {
    /// True for addresses of this host alone, `127.0.0.0/8` and `::1`, those in their IPv6 form included.
    var isLoopback: Bool {
        let bytes = bytes
        if bytes.count == 4 { return bytes[0] == 127 }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? bytes[12] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }
}
