// SPDX-License-Identifier: Apache-2.0

/// A pattern with gaps of one segment, `sensor-*`.
///
/// Handlers look texts up by `==`, for which the ways Unicode writes an accent are equal; so they are here.
struct SegmentGlob: Hashable, Sendable {
    private let bytes: Glob<UInt8>
    private let characters: Glob<Character>

    /// The texts between the gaps.
    init(_ pieces: [String]) {
        bytes = Glob(pieces: pieces.map { Array($0.utf8) })
        characters = Glob(pieces: pieces.map { Array($0) })
    }

    /// True when a segment is meant.
    func matches(_ text: String) -> Bool {
        if bytes.matches(Array(text.utf8)) { return true }
        return text.utf8.contains { $0 >= 0x80 } && characters.matches(Array(text))
    }

    func covers(_ other: SegmentGlob) -> Bool { bytes.covers(other.bytes) }
}
