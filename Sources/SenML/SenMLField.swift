// SPDX-License-Identifier: Apache-2.0

/// What stands behind a label, whatever the record is written in.
enum SenMLField: Hashable {
    case number(Double)
    case string(String)
    case bool(Bool)
    case data([UInt8])
}
