// SPDX-License-Identifier: Apache-2.0

public import CoAPCore

/// Readings of sensors in SenML (RFC 8428), read from and written as `application/senml+json`.
public struct SenMLPack: Hashable, Sendable {
    /// The records in order, as they stand in the pack.
    public var records: [SenMLRecord]

    /// The largest pack that is read, in bytes.
    public static let maximumSize = 1 << 20

    /// The most records that are read.
    public static let maximumRecords = 10_000

    /// A pack of these records.
    public init(_ records: [SenMLRecord]) { self.records = records }

    /// The records with everything that a base field says put into each of them, the oldest first and those of one time in
    /// the order of the pack (RFC 8428 §4.6).
    ///
    /// - Parameter now: seconds since 1970, what times relative to now are reckoned from.
    /// - Throws: `ResponseError` with 4.00 that says which record is wrong: a name is missing or has other characters than
    ///   RFC 8428 §4.5.1 allows, a number is not finite or becomes too large, or the version is unknown or changes (§4.4).
    public func resolved(now: Double) throws(ResponseError) -> [SenMLRecord] {
        var base = SenMLRecord()
        base.baseVersion = records.first?.baseVersion ?? SenMLRecord.version
        var result: [SenMLRecord] = []
        for (index, record) in records.enumerated() {
            do {
                try base.takeBase(of: record)
                if let resolved = try base.resolve(record, now: now) { result.append(resolved) }
            } catch {
                throw ResponseError(.badRequest, "SenML, record \(index): \(error.reason)")
            }
        }
        // The place in the pack decides between equal times, since sorting promises nothing about them.
        return result.enumerated().sorted { one, other in
            (one.element.time ?? 0, one.offset) < (other.element.time ?? 0, other.offset)
        }.map(\.element)
    }
}

extension SenMLPack: Representation, DecodableRepresentation {
    /// `application/senml+json`.
    public static var contentFormats: [ContentFormat] { [.senMLJSON] }

    /// `application/senml+json`.
    public static var acceptedFormats: [ContentFormat] { [.senMLJSON] }

    /// The pack as JSON (RFC 8428 §5).
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` when the format is another one, or that says which record has a number
    ///   that is not finite, which JSON cannot write, or a version other than 1 to 10.
    public func encoded(as format: ContentFormat) throws(CoAPError) -> [UInt8] {
        guard Self.contentFormats.contains(format) else {
            throw CoAPError(.invalidArgument, "SenML is written as \(ContentFormat.senMLJSON), not as \(format)")
        }
        var items: [JSONValue] = []
        for (index, record) in records.enumerated() {
            guard record.isFinite else {
                throw CoAPError(
                    .invalidArgument, "SenML, record \(index): a number is not finite and cannot be written")
            }
            guard record.baseVersion.map(SenMLRecord.isKnown) ?? true else {
                throw CoAPError(.invalidArgument, "SenML, record \(index): the version must be from 1 to 10")
            }
            items.append(SenMLJSON.encode(record))
        }
        return Array(JSONValue.array(items).compact.utf8)
    }

    /// Reads a pack of at most 1 MiB and 10,000 records.
    ///
    /// - Throws: `ResponseError` with 4.15 when the format is another one, with 4.00 that says which record or byte is wrong.
    public init(decoding payload: [UInt8], as format: ContentFormat) throws {
        guard Self.acceptedFormats.contains(format) else {
            throw ResponseError(
                .unsupportedContentFormat, "SenML is read as \(ContentFormat.senMLJSON), not as \(format)")
        }
        records = try SenMLJSON.decode(payload)
    }
}
