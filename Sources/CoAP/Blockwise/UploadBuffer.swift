// SPDX-License-Identifier: Apache-2.0

/// The part of a streamed body that was read and not delivered yet.
struct UploadBuffer {
    private var bytes: [UInt8] = []
    /// Where what is left begins: what was delivered is removed in bulk.
    private var first = 0

    /// How many bytes there are.
    var count: Int { bytes.count - first }

    /// Adds bytes at the end.
    mutating func append(_ part: [UInt8]) {
        if first > 0, first >= count {
            bytes.removeFirst(first)
            first = 0
        }
        bytes += part
    }

    /// Up to so many bytes from the beginning.
    func prefix(_ length: Int) -> [UInt8] { Array(bytes[first..<first + min(length, count)]) }

    /// Removes so many bytes from the beginning.
    mutating func drop(_ length: Int) { first += min(length, count) }
}
