// SPDX-License-Identifier: Apache-2.0

/// The label of a field: its name in JSON, and its number in CBOR (RFC 8428 §6, Table 4).
enum SenMLLabel: String, CaseIterable, CodingKey {
    case baseName = "bn"
    case baseTime = "bt"
    case baseUnit = "bu"
    case baseValue = "bv"
    case baseSum = "bs"
    case baseVersion = "bver"
    case name = "n"
    case unit = "u"
    case number = "v"
    case string = "vs"
    case bool = "vb"
    case data = "vd"
    case sum = "s"
    case time = "t"
    case updateTime = "ut"

    /// The label in CBOR.
    var cborKey: Int64 {
        switch self {
        case .baseVersion: -1
        case .baseName: -2
        case .baseTime: -3
        case .baseUnit: -4
        case .baseValue: -5
        case .baseSum: -6
        case .name: 0
        case .unit: 1
        case .number: 2
        case .string: 3
        case .bool: 4
        case .sum: 5
        case .time: 6
        case .updateTime: 7
        case .data: 8
        }
    }

    /// The label of a number in CBOR; nil where there is none.
    init?(cborKey number: Int64) {
        guard let label = Self.allCases.first(where: { $0.cborKey == number }) else { return nil }
        self = label
    }

    /// True for a label that must be understood by who reads it (§4.4).
    static func mustBeUnderstood(_ name: String) -> Bool { name.hasSuffix("_") }
}
