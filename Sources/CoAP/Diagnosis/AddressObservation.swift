// SPDX-License-Identifier: Apache-2.0

/// What was seen on the way to one address, nothing concluded from it.
struct AddressObservation: Sendable {
    /// What spoke there when it was asked in the other language.
    enum Stranger: Hashable, Sendable { case plainCoAP, dtls }

    /// What a server that took no cipher suite did with those that are not offered any more.
    enum OlderAnswer: Hashable, Sendable {
        /// It took one of them.
        case suite(String)
        /// It wanted to speak an older version of DTLS.
        case version
    }

    /// An answer to the first request.
    struct Answer: Hashable, Sendable {
        /// The response's code; nil for the reset that answers a ping.
        var code: Code?
        var duration: Duration
    }

    let address: SocketAddress
    let isSecure: Bool
    /// This side's address; nil when the system knows no way.
    var local: SocketAddress?
    /// Why the system knows no way.
    var routeProblem = ""
    /// True when the network said that nobody listens.
    var isRefused = false
    /// When the first datagram came; nil when none did.
    var heardAfter: Duration?
    /// True when what came first was neither DTLS nor CoAP.
    var isForeign = false
    var stranger: Stranger?
    var olderAnswer: OlderAnswer?
    /// How long it was waited for.
    var waited: Duration = .zero
    /// The types of the server's handshake messages that could be read.
    var messages: [UInt8] = []
    /// The types of those that came at all, in the clear: without the ones before them they cannot be read.
    var arrived: Set<UInt8> = []
    var cipherSuite: String?
    /// The server's certificates.
    var chain: [CertificateDetail] = []
    /// Which of them was refused.
    var refusedDepth: Int?
    /// What the handshake failed for; nil when it was done.
    var failure: HandshakeFailure?
    /// How long it took.
    var handshakeDuration: Duration?
    var answer: Answer?
    /// True when the server ended the session before it answered.
    var isEnded = false

    /// True when the server checked the address first (HelloVerifyRequest, RFC 6347 §4.2.1).
    var sentCookie: Bool { messages.contains(3) }
    /// True when the server's hello came.
    var hasServerHello: Bool { messages.contains(2) }
    /// True when all of the server's first flight came (ServerHelloDone).
    var hasWholeFlight: Bool { messages.contains(14) }
    /// True when a part of the server's first flight came and the rest did not.
    var hasPartOfFlight: Bool { !hasWholeFlight && !arrived.isDisjoint(with: [2, 11, 12, 13, 14]) }
    /// True when the server asked for a certificate (CertificateRequest).
    var wantsCertificate: Bool { messages.contains(13) }
}
