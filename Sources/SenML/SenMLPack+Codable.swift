// SPDX-License-Identifier: Apache-2.0

extension SenMLPack: Codable {
    /// Reads a list of records (RFC 8428 §5).
    ///
    /// - Throws: `DecodingError` when a record cannot be read, or there are more than ``maximumRecords``.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        var records: [SenMLRecord] = []
        while !container.isAtEnd {
            guard records.count < Self.maximumRecords else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "more than \(Self.maximumRecords) records")
            }
            records.append(try container.decode(SenMLRecord.self))
        }
        self.init(records)
    }

    /// Writes a list of records (RFC 8428 §5).
    ///
    /// - Throws: `EncodingError` when a record cannot be written.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for record in records { try container.encode(record) }
    }
}
