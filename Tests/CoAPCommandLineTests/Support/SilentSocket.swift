// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import CoAP
import Foundation
import Testing

/// A UDP port of 127.0.0.1 where somebody listens and never answers.
final class SilentSocket: Sendable {
    /// The port.
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        let address = try SocketAddress(bytes: [127, 0, 0, 1], port: 0)
        let bound = try #require(address.boundSocket())
        descriptor = bound.descriptor
        port = bound.address.port
        var limit = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Waits for a datagram; false when none came for two minutes.
    func receive() async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                var byte: UInt8 = 0
                continuation.resume(returning: recv(descriptor, &byte, 1, 0) >= 0)
            }
        }
    }

    /// A port of 127.0.0.1 where nobody listens any more.
    static func abandonedPort() throws -> UInt16 { try SilentSocket().port }
}
