// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A peer as the command line supposes one, for the question what it may do.
struct SupposedPeer {
    /// How its identity was taken, for the answer.
    let name: String
    let identity: PeerIdentity

    /// The peers that a text may stand for: one, or for a name without a kind two.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` for a text that is nobody's name.
    static func peers(_ text: String) throws(CoAPError) -> [SupposedPeer] {
        let shown = PrintableText.escaped(text.utf8)
        if text == "anonymous" { return [SupposedPeer(name: "anonymous", identity: .anonymous)] }
        guard !text.isEmpty, text != "anybody", text != "authenticated" else {
            throw CoAPError(
                .invalidArgument, "--as '\(shown)' is nobody in particular: write anonymous, psk:NAME or cert:NAME")
        }
        guard let colon = text.firstIndex(of: ":") else {
            return try peers("psk:\(text)") + peers("cert:\(text)")
        }
        let value = String(text[text.index(after: colon)...])
        guard !value.isEmpty else { throw CoAPError(.invalidArgument, "--as '\(shown)': a name is missing behind ':'") }
        let identity: PeerIdentity
        switch text[..<colon] {
        case "psk": identity = .preSharedKey(Array(value.utf8))
        case "cert": identity = certificate(commonName: value)
        case "dns": identity = certificate(alternativeName: .dns(value))
        case "uri": identity = certificate(alternativeName: .uri(value))
        case "sha256":
            guard let bytes = Hexadecimal.decode(value.filter { $0 != ":" }), bytes.count == 32 else {
                throw CoAPError(.invalidArgument, "--as '\(shown)': a fingerprint has 64 hexadecimal digits")
            }
            identity = certificate(fingerprint: bytes)
        default:
            throw CoAPError(
                .invalidArgument,
                "--as '\(shown)': kinds are psk, cert, dns, uri and sha256; of a key with a colon in its name write "
                    + "psk:\(shown)")
        }
        return [SupposedPeer(name: shown, identity: identity)]
    }

    /// The holder of a key whose identity looks like that of one that `coap keys rotate` made, such as psk:pump-3@2; nil for any
    /// other text.
    static func holder(ofRotated text: String) -> String? {
        guard let mark = text.lastIndex(of: "@"), !text.hasPrefix("cert:") else { return nil }
        let number = text[text.index(after: mark)...]
        let name = text[..<mark].trimmingPrefix("psk:")
        guard !number.isEmpty, number.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), !name.isEmpty, !name.contains(":") else {
            return nil
        }
        return String(name)
    }

    private static func certificate(
        commonName: String? = nil, alternativeName: CertificateIdentity.AlternativeName? = nil,
        fingerprint: [UInt8] = []
    ) -> PeerIdentity {
        .certificate(
            CertificateIdentity(
                subject: commonName.map { "CN=\($0)" } ?? "", commonName: commonName,
                alternativeNames: alternativeName.map { [$0] } ?? [], fingerprint: fingerprint))
    }
}
