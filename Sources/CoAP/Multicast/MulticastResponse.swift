// SPDX-License-Identifier: Apache-2.0

/// One server's answer to a multicast request. Nothing proves who sent it (RFC 7252 §11.3).
public struct MulticastResponse: Sendable {
    /// Where it came from.
    public let address: SocketAddress
    /// The answer.
    public let response: Response

    /// An answer.
    public init(address: SocketAddress, response: Response) {
        self.address = address
        self.response = response
    }
}
