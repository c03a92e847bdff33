// SPDX-License-Identifier: Apache-2.0

/// The deadlines and limits of a client's session.
public struct ClientConfiguration: Hashable, Sendable {
    /// How long a handshake may take, with all of the host's addresses and, for the first one, the look-up of its name; 10 s.
    public var handshakeTimeout: Duration = .seconds(10)

    /// How long a request waits for its response when it names no deadline of its own; 30 s.
    public var requestTimeout: Duration = .seconds(30)

    /// How many requests and pings of one session may wait for their answer at once; 1,024.
    public var maximumPendingRequests = 1_024

    /// The largest blocks to send bodies in, and to ask for, in bytes: 16, 32, 64, 128, 256, 512 or 1,024 (RFC 7959 §2.2);
    /// 1,024. Below that, reading requests say so from the first message on; a server can always ask for smaller ones.
    public var blockSize = 1_024

    /// How many blocks of a response are asked for at once when its entity-tag shows that they belong together, 1 to 64; 8.
    ///
    /// Blocks are confirmable messages, so ``TransmissionParameters/maximumOutstanding`` holds for them, too.
    public var blockWindow = 8

    /// The largest body of a response that is put together in memory, in bytes; 16 MiB. What is streamed has no limit.
    public var maximumBodySize = 16 << 20

    /// The keys of HMACs that requests and responses have when they are asked for: `.digest(.hmacSHA256(keyID:))` among a
    /// request's options; none.
    public var digestKeys = DigestKeyTable()

    /// How confirmable messages are repeated.
    public var transmission = TransmissionParameters()

    /// Where what goes to and comes from the server's addresses is recorded, and the secrets that decrypt it; nil, which is
    /// right for everything but finding faults.
    public var capture: Capture?

    /// The default deadlines and limits.
    public init() {}
}

extension ClientConfiguration {
    /// - Throws: `CoAPError` with code `invalidArgument` for what cannot be used.
    func validate() throws(CoAPError) {
        try transmission.validate()
        let wrong: String? =
            if !BlockOption.sizes.contains(blockSize) {
                "blockSize is 16, 32, 64, 128, 256, 512 or 1024"
            } else if !(1...64).contains(blockWindow) {
                "blockWindow is 1 to 64"
            } else if maximumBodySize < 0 {
                "maximumBodySize is at least 0"
            } else {
                nil
            }
        if let wrong { throw CoAPError(.invalidArgument, "the client's configuration cannot be used: \(wrong)") }
    }
}
