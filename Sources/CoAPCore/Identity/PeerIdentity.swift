// SPDX-License-Identifier: Apache-2.0

/// Who the peer of a session has proved to be.
public enum PeerIdentity: Hashable, Sendable {
    /// Nobody in particular: plain CoAP, or DTLS without a client certificate.
    case anonymous

    /// The holder of the pre-shared key with this identity: bytes, often but not always text (RFC 4279 §5.1).
    case preSharedKey([UInt8])

    /// The holder of a certificate's private key; the chain was verified against the trust anchors.
    case certificate(CertificateIdentity)
}

extension PeerIdentity {
    /// How it was proved: `anonymous`, `psk` or `certificate`. There are no other values, so it is good as a metric's label.
    public var kind: String {
        switch self {
        case .anonymous: "anonymous"
        case .preSharedKey: "psk"
        case .certificate: "certificate"
        }
    }
}

extension PeerIdentity: CustomStringConvertible {
    /// A short form for logs: control characters escaped, never a secret.
    public var description: String {
        switch self {
        case .anonymous: "anonymous"
        case .preSharedKey(let identity): "psk:\(PrintableText.escaped(identity))"
        case .certificate(let certificate): "certificate:\(PrintableText.escaped(certificate.subject.utf8))"
        }
    }
}
