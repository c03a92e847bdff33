// SPDX-License-Identifier: Apache-2.0

/// What the message layer needs to know of a request to answer it. Confined to the server's loop, as its session is.
struct ReceivedRequest {
    let session: ServerSession
    let key: ExchangeKey
    let type: MessageType
    /// The classes of response that are not wanted (RFC 7967).
    let noResponse: UInt8
    /// The route's path as registered, and its number in the route tree.
    let route: String
    let routeNumber: Int
    let started: MonotonicTime
    /// The options as they came.
    let options: Options
    /// True when the client holds a representation already.
    let hasETag: Bool
    /// The payload as it came, one block of it perhaps.
    let payload: [UInt8]
    /// What the request says of blocks; nil for nothing.
    var transfer: BlockwiseRequest?
    /// Block1 of the response.
    var block1: BlockOption?
    /// What it says of digests, where that can be checked.
    var digest: RequestDigest?

    /// True when the response may need to be another than the handler's.
    var shapesResponse: Bool { hasETag || transfer != nil }
    /// What a request with Observe registers, if its answer is a success.
    var observation: ObservationRequest?

    var isConfirmable: Bool { type == .confirmable }

    /// True when the client does not want a response of this class (RFC 7967 §2.1).
    func suppresses(_ code: Code) -> Bool { noResponse & (1 << (code.class &- 1)) != 0 }
}
