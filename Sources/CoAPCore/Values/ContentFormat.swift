// SPDX-License-Identifier: Apache-2.0

/// The format of a payload: a media type with its parameters and coding, as a number (RFC 7252 §12.3).
public struct ContentFormat: RawRepresentable, Hashable, Sendable {
    /// The registered number, 0–65535.
    public let rawValue: UInt16

    /// Makes a content-format from its number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// `text/plain; charset=utf-8`, 0.
    public static let text = ContentFormat(rawValue: 0)
    /// `application/link-format`, 40 (RFC 6690).
    public static let linkFormat = ContentFormat(rawValue: 40)
    /// `application/xml`, 41.
    public static let xml = ContentFormat(rawValue: 41)
    /// `application/octet-stream`, 42.
    public static let octetStream = ContentFormat(rawValue: 42)
    /// `application/exi`, 47.
    public static let exi = ContentFormat(rawValue: 47)
    /// `application/json`, 50.
    public static let json = ContentFormat(rawValue: 50)
    /// `application/json-patch+json`, 51.
    public static let jsonPatch = ContentFormat(rawValue: 51)
    /// `application/merge-patch+json`, 52.
    public static let mergePatch = ContentFormat(rawValue: 52)
    /// `application/cbor`, 60.
    public static let cbor = ContentFormat(rawValue: 60)
    /// `application/multipart-core`, 62 (RFC 8710).
    public static let multipart = ContentFormat(rawValue: 62)
    /// `application/senml+json`, 110 (RFC 8428).
    public static let senMLJSON = ContentFormat(rawValue: 110)
    /// `application/senml+cbor`, 112 (RFC 8428).
    public static let senMLCBOR = ContentFormat(rawValue: 112)
    /// `application/concise-problem-details+cbor`, 257: what went wrong, for a program (RFC 9290).
    public static let problemDetails = ContentFormat(rawValue: 257)
    /// `application/senml-etch+json`, 320 (RFC 8790).
    public static let senMLEtchJSON = ContentFormat(rawValue: 320)
    /// `application/senml-etch+cbor`, 322 (RFC 8790).
    public static let senMLEtchCBOR = ContentFormat(rawValue: 322)

    /// Makes a content-format from what a person types: a number, a media type or a short name (`json`, `senml+json`,
    /// `senml`, `text`, `link`); nil when it is none of them.
    public init?(named name: String) {
        // Digits alone: the initializer of integers takes a sign, too.
        if name.utf8.allSatisfy({ 48...57 ~= $0 }), let number = UInt16(name) {
            self.init(rawValue: number)
            return
        }
        let wanted = name.lowercased().filter { $0 != " " }
        if let short = Self.shortNames[wanted] {
            self = short
            return
        }
        let found = Self.mediaTypes.first { _, media in
            let full = media.filter { $0 != " " }
            return full == wanted || full.split(separator: ";")[0] == wanted
        }
        guard let found else { return nil }
        self.init(rawValue: found.key)
    }

    /// The media type, `application/json`; nil for numbers this library does not know.
    public var mediaType: String? { Self.mediaTypes[rawValue] }

    /// True for JSON and formats built on it.
    public var isJSON: Bool { mediaType.map { $0.hasSuffix("json") } ?? false }

    private static let mediaTypes: [UInt16: String] = [
        0: "text/plain; charset=utf-8", 40: "application/link-format", 41: "application/xml",
        42: "application/octet-stream", 47: "application/exi", 50: "application/json",
        51: "application/json-patch+json", 52: "application/merge-patch+json", 60: "application/cbor",
        61: "application/cwt",
        62: "application/multipart-core", 63: "application/cbor-seq", 110: "application/senml+json",
        111: "application/sensml+json", 112: "application/senml+cbor", 113: "application/sensml+cbor",
        257: "application/concise-problem-details+cbor",
        310: "application/senml+xml", 311: "application/sensml+xml", 320: "application/senml-etch+json",
        322: "application/senml-etch+cbor", 432: "application/td+json", 11542: "application/vnd.oma.lwm2m+tlv",
        11543: "application/vnd.oma.lwm2m+json", 11544: "application/vnd.oma.lwm2m+cbor",
    ]

    private static let shortNames: [String: ContentFormat] = [
        "text": .text, "plain": .text, "text/plain": .text, "link": .linkFormat, "link-format": .linkFormat,
        "xml": .xml, "binary": .octetStream, "octets": .octetStream, "octet-stream": .octetStream, "json": .json,
        "cbor": .cbor, "senml": .senMLJSON, "senml+json": .senMLJSON, "senml-json": .senMLJSON,
        "senml+cbor": .senMLCBOR, "senml-cbor": .senMLCBOR, "exi": .exi, "merge-patch+json": .mergePatch,
        "json-patch+json": .jsonPatch,
    ]
}

extension ContentFormat: CustomStringConvertible {
    /// The media type, or the number where it is unknown.
    public var description: String { mediaType ?? "content-format \(rawValue)" }
}
