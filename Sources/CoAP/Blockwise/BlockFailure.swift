// SPDX-License-Identifier: Apache-2.0

/// Why a transfer in blocks fails (RFC 7959).
enum BlockFailure {
    /// The server does what RFC 7959 forbids.
    static func broken(_ what: String) -> CoAPError {
        CoAPError(.protocolError, "the server \(what): it breaks the protocol of transfers in blocks (RFC 7959)")
    }

    /// A block's number has 20 bits.
    static func tooManyBlocks(of size: Int) -> CoAPError {
        let limit = (Int(BlockOption.maximumNumber) + 1) * size
        return CoAPError(
            .tooLarge,
            "the body is larger than \(limit) bytes, which is all that blocks of \(size) bytes can number; use larger blocks"
        )
    }

    /// The body is over the client's own limit.
    static func tooLarge(limit: Int) -> CoAPError {
        CoAPError(
            .tooLarge,
            "the response's body is larger than \(limit) bytes; raise maximumBodySize, or stream it with download")
    }

    /// The answer to a request that is not made twice cannot be read to its end.
    static let responseLost = CoAPError(
        .protocolError,
        "the server has carried the request out, but its response changed or was lost while it was read block by block "
            + "(RFC 7959 §2.4)")

    /// The resource changes faster than it can be read.
    static let changed = CoAPError(
        .protocolError, "the resource changed while its body was read block by block (RFC 7959 §2.4); try again")
}
