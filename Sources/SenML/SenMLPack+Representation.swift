// SPDX-License-Identifier: Apache-2.0

public import CoAPCore

extension SenMLPack: Representation, DecodableRepresentation {
    /// `application/senml+json`, which a request without Accept is answered with, and `application/senml+cbor`.
    public static var contentFormats: [ContentFormat] { [.senMLJSON, .senMLCBOR] }

    /// `application/senml+json`, which is assumed where a message names no format, and `application/senml+cbor`.
    public static var acceptedFormats: [ContentFormat] { [.senMLJSON, .senMLCBOR] }

    /// The pack as JSON (RFC 8428 §5) or CBOR (§6).
    ///
    /// In CBOR, encoding is deterministic (RFC 8949 §4.2.1); numbers are integers where they can be, else the shortest float
    /// that keeps the value.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` when the format is another one, or that says which record has a number
    ///   that is not finite or a version other than 1 to 10.
    public func encoded(as format: ContentFormat) throws(CoAPError) -> [UInt8] {
        guard Self.contentFormats.contains(format) else {
            throw CoAPError(
                .invalidArgument,
                "SenML is written as \(ContentFormat.senMLJSON) or \(ContentFormat.senMLCBOR), not as \(format)")
        }
        for (index, record) in records.enumerated() {
            guard record.isFinite else {
                throw CoAPError(
                    .invalidArgument, "SenML, record \(index): a number is not finite and cannot be written")
            }
            guard record.baseVersion.map(SenMLRecord.isKnown) ?? true else {
                throw CoAPError(.invalidArgument, "SenML, record \(index): the version must be from 1 to 10")
            }
        }
        return format == .senMLCBOR ? SenMLCBOR.encode(records) : SenMLJSON.encode(records)
    }

    /// Reads a pack of at most 1 MiB and 10,000 records.
    ///
    /// - Throws: `ResponseError` with 4.15 when the format is another one, with 4.00 that says which record or byte is wrong.
    public init(decoding payload: [UInt8], as format: ContentFormat) throws {
        guard Self.acceptedFormats.contains(format) else {
            throw ResponseError(
                .unsupportedContentFormat,
                "SenML is read as \(ContentFormat.senMLJSON) or \(ContentFormat.senMLCBOR), not as \(format)")
        }
        guard payload.count <= Self.maximumSize else { throw ResponseError(.badRequest, "SenML: over 1 MiB") }
        self.init(format == .senMLCBOR ? try SenMLCBOR.decode(payload) : try SenMLJSON.decode(payload))
    }
}
