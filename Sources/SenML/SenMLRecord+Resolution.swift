// SPDX-License-Identifier: Apache-2.0

// How a pack's records become readings that stand for themselves (RFC 8428 §4.6); the receiver holds the base fields so far.
extension SenMLRecord {
    /// Why a record cannot be resolved.
    struct Failure: Error {
        let reason: String
    }

    /// The version of the format that this library reads and writes (RFC 8428 §4.4).
    static let version = 10

    /// True for the versions that may be understood.
    static func isKnown(_ version: Int) -> Bool { 1...Self.version ~= version }

    /// True when no number is infinite or none at all.
    var isFinite: Bool {
        let numbers = [baseTime, baseValue, baseSum, sum, time, updateTime]
        guard numbers.allSatisfy({ $0?.isFinite ?? true }) else { return false }
        guard case .number(let value) = value else { return true }
        return value.isFinite
    }

    /// Takes over the base fields of a record, which hold from there on.
    mutating func takeBase(of record: SenMLRecord) throws(Failure) {
        guard record.isFinite else { throw Failure(reason: "a number is not finite") }
        if let version = record.baseVersion {
            guard Self.isKnown(version) else { throw Failure(reason: "the version must be from 1 to 10") }
            guard version == baseVersion else {
                throw Failure(reason: "the version differs from that of the first record")
            }
        }
        baseName = record.baseName ?? baseName
        baseTime = record.baseTime ?? baseTime
        baseUnit = record.baseUnit ?? baseUnit
        baseValue = record.baseValue ?? baseValue
        baseSum = record.baseSum ?? baseSum
    }

    /// A record with the base fields put into it; nil when it has no reading.
    func resolve(_ record: SenMLRecord, now: Double) throws(Failure) -> SenMLRecord? {
        guard record.value != nil || record.sum != nil else { return nil }
        let name = (baseName ?? "") + (record.name ?? "")
        guard Self.isName(name) else { throw Failure(reason: "a name is missing or has a character it must not have") }
        var resolved = SenMLRecord(
            name: name, unit: record.unit ?? baseUnit, value: record.value, updateTime: record.updateTime)
        if let baseValue {
            switch record.value {
            case .number(let number): resolved.value = .number(number + baseValue)
            case nil: resolved.value = .number(baseValue)
            default: break
            }
        }
        if record.sum != nil || baseSum != nil { resolved.sum = (record.sum ?? 0) + (baseSum ?? 0) }
        let time = (baseTime ?? 0) + (record.time ?? 0)
        resolved.time = time < Self.firstAbsoluteTime ? now + time : time
        if baseVersion != Self.version { resolved.baseVersion = baseVersion }
        guard resolved.isFinite else { throw Failure(reason: "a number becomes too large") }
        return resolved
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
