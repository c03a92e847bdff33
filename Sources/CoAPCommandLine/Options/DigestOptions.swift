// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CoAP

/// How bodies are protected from one end to the other, beyond the hop that DTLS protects.
struct DigestOptions: ParsableArguments {
    @Flag(
        help: """
            Send the body's SHA-256 along, and check that of the response: against accidents, not attacks. \
            docs/digest.md says what it proves.
            """)
    var digest = false

    @Option(
        name: .customLong("digest-key"),
        help: ArgumentHelp(
            """
            Use an HMAC in its place, with the key of this id in this file, which only you may read: one line of text, or \
            'hex:' and digits. A pipe will do, and - is the standard input.
            """, valueName: "id:file"))
    var digestKey: String?

    /// True when the key comes from the standard input.
    var usesStandardInput: Bool { digestKey?.hasSuffix(":-") ?? false }

    /// Has a request's body and its response's protected.
    ///
    /// - Throws: `CoAPError` for a key that cannot be read or makes no sense.
    func apply(to options: inout Options, _ configuration: inout ClientConfiguration) throws(CoAPError) {
        guard digest || digestKey != nil else { return }
        guard !options.contains(.payloadDigest) else {
            throw CoAPError(
                .invalidArgument,
                "the digest is made by --digest and --digest-key; leave -O \(OptionNumber.payloadDigest) out")
        }
        guard !options.contains(.block1), !options.contains(.block2) else {
            throw CoAPError(
                .invalidArgument,
                "a digest is of a whole body, and a single block cannot be checked; leave -O Block1 and Block2 out, or the digest"
            )
        }
        guard let digestKey else { return options.append(.digest(.sha256)) }
        let key = try DigestKeyText.key(digestKey)
        configuration.digestKeys = try DigestKeyTable(CollectionOfOne(key))
        options.append(.digest(.hmacSHA256(keyID: key.id)))
    }
}
