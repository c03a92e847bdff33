// SPDX-License-Identifier: Apache-2.0

public import CoAPCore

/// Readings of sensors in SenML (RFC 8428), read from and written as `application/senml+json` and
/// `application/senml+cbor`.
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
