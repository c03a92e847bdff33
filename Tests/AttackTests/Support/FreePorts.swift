// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// Ports for programs that cannot take port 0.
enum FreePorts {
    /// A UDP port of 127.0.0.1 that is free, as is the one above it; below those the system picks from.
    static func pair() throws -> UInt16 {
        for _ in 0..<1_000 {
            let port = UInt16.random(in: 8_000...9_990) * 2
            if try isFree(port), try isFree(port + 1) { return port }
        }
        throw CoAPError(.internal, "no two free UDP ports next to each other were found")
    }

    private static func isFree(_ port: UInt16) throws -> Bool {
        guard let bound = try SocketAddress(bytes: [127, 0, 0, 1], port: port).boundSocket() else { return false }
        close(bound.descriptor)
        return true
    }
}
