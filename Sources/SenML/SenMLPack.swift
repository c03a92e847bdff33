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

    /// The records with everything that a base field says put into each of them (RFC 8428 §4.6).
    ///
    /// - Parameter now: seconds since 1970, what times relative to now are reckoned from.
    /// - Throws: `ResponseError` with 4.00 when a name is missing or has other characters than RFC 8428 §4.5.1 allows, or the
    ///   records are of different versions.
    public func resolved(now: Double) throws(ResponseError) -> [SenMLRecord] {
        var base = SenMLRecord()
        var result: [SenMLRecord] = []
        for (index, record) in records.enumerated() {
            func failure(_ reason: String) -> ResponseError {
                ResponseError(.badRequest, "SenML, record \(index): \(reason)")
            }
            if let name = record.baseName { base.baseName = name }
            if let time = record.baseTime { base.baseTime = time }
            if let unit = record.baseUnit { base.baseUnit = unit }
            if let value = record.baseValue { base.baseValue = value }
            if let sum = record.baseSum { base.baseSum = sum }
            if let version = record.baseVersion {
                guard base.baseVersion == nil || base.baseVersion == version else { throw failure("another version") }
                base.baseVersion = version
            }
            guard record.value != nil || record.sum != nil else { continue }
            var resolved = SenMLRecord()
            let name = (base.baseName ?? "") + (record.name ?? "")
            guard Self.isName(name) else { throw failure("a name is missing or has a character it must not have") }
            resolved.name = name
            resolved.unit = record.unit ?? base.baseUnit
            resolved.value = record.value
            if let offset = base.baseValue {
                switch record.value {
                case .number(let number): resolved.value = .number(number + offset)
                case nil: resolved.value = .number(offset)
                default: break
                }
            }
            if record.sum != nil || base.baseSum != nil { resolved.sum = (record.sum ?? 0) + (base.baseSum ?? 0) }
            let time = (base.baseTime ?? 0) + (record.time ?? 0)
            resolved.time = time < Self.firstAbsoluteTime ? now + time : time
            resolved.updateTime = record.updateTime
            if let version = base.baseVersion, version != 10 { resolved.baseVersion = version }
            result.append(resolved)
        }
        return result
    }

    /// Times below this are relative to now (RFC 8428 §4.5.3).
    private static let firstAbsoluteTime = Double(1 << 28)

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first else { return false }
        func isLetterOrDigit(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: false
            }
        }
        return isLetterOrDigit(first) && name.utf8.allSatisfy { isLetterOrDigit($0) || "-:./_".utf8.contains($0) }
    }
}

extension SenMLPack: Representation, DecodableRepresentation {
    /// `application/senml+json`.
    public static var contentFormats: [ContentFormat] { [.senMLJSON] }

    /// `application/senml+json`.
    public static var acceptedFormats: [ContentFormat] { [.senMLJSON] }

    /// The pack as JSON (RFC 8428 §5).
    public func encoded(as format: ContentFormat) -> [UInt8] {
        Array(JSONValue.array(records.map(SenMLJSON.encode)).compact.utf8)
    }

    /// Reads a pack of at most 1 MiB and 10,000 records.
    ///
    /// - Throws: `ResponseError` with 4.00 that says which record or byte is wrong.
    public init(decoding payload: [UInt8], as format: ContentFormat) throws { records = try SenMLJSON.decode(payload) }
}
