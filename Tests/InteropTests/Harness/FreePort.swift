// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// Ports for programs that cannot take port 0.
enum FreePort {
    private static let given = Locked(Set<UInt16>())

    /// A UDP port that is free on every address, as is the one above it: libcoap's servers take both.
    ///
    /// Below the range the system picks from, so that no other test is given it meanwhile.
    ///
    /// - Throws: ``PeerError/failed(_:)`` when none is found.
    static func pair() throws -> UInt16 {
        for _ in 0..<1_000 {
            let port = UInt16.random(in: 10_000...15_999) * 2
            let isNew = given.withLock { $0.insert(port).inserted }
            if isNew, isFree(port), isFree(port + 1) { return port }
        }
        throw PeerError.failed("no two free UDP ports next to each other were found")
    }

    private static func isFree(_ port: UInt16) -> Bool { isFree(port, .ipv4) && isFree(port, .ipv6) }

    private static func isFree(_ port: UInt16, _ family: UDPSocket.Family) -> Bool {
        do {
            _ = try UDPSocket(family, port: port, isLocal: false)
            return true
        } catch {
            // Nobody can take a port of a family this host does not have.
            return error.number == EAFNOSUPPORT || error.number == EADDRNOTAVAIL
        }
    }
}
