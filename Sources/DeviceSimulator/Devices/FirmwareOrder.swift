// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What a client wants done with an image: `PUT /firmware?sha256=HEX&version=2.0`.
struct FirmwareOrder: Hashable {
    /// The sum that the image must have; nil where the digest of the message itself is compared.
    let sum: [UInt8]?
    /// What the version is called; nil for the first bytes of the sum.
    let version: String?

    /// The order that stands in a request's query; nil for none: the image is taken and counted only.
    ///
    /// - Throws: `ResponseError` with 4.00 that says what to write.
    init?(_ request: Request, digest: PayloadDigest.Algorithm?) throws(ResponseError) {
        var sum: [UInt8]?
        var version: String?
        for argument in request.options.uriQuery {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1] : ""
            switch parts[0] {
            case "sha256":
                sum = Hexadecimal.decode(value)
                guard sum?.count == PayloadDigest.size else {
                    throw ResponseError(.badRequest, "sha256= is the image's SHA-256 in 64 hexadecimal digits")
                }
            case "version":
                version = String(value)
                guard (1...32).contains(value.utf8.count), value.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
                    throw ResponseError(.badRequest, "version= is 1 to 32 characters of ASCII without spaces")
                }
            default: break
            }
        }
        guard sum != nil || version != nil else { return nil }
        guard sum != nil || digest != nil else {
            throw ResponseError(.badRequest, "a new version needs its sum: add sha256=HEX, or a digest of the body")
        }
        self.sum = sum
        self.version = version
    }

    /// Looks whether the image has the sum, if there is one.
    ///
    /// - Throws: `ResponseError` with 4.00 that shows both.
    func check(_ found: [UInt8]) throws(ResponseError) {
        guard let sum, sum != found else { return }
        throw ResponseError(
            .badRequest,
            "the image's SHA-256 is \(Hexadecimal.encode(found)), not \(Hexadecimal.encode(sum)); the old one stays")
    }

    /// The name of the version.
    func versionName(_ found: [UInt8]) -> String { version ?? Hexadecimal.encode(found.prefix(4)) }
}
