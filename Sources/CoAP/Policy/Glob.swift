// SPDX-License-Identifier: Apache-2.0

/// A sequence with gaps, each of which stands for any number of any elements, none too.
package struct Glob<Element: Hashable & Sendable>: Hashable, Sendable {
    /// What stands between the gaps; the first and the last may be empty.
    let pieces: [[Element]]

    /// - Parameter pieces: what stands between the gaps, one more than there are gaps.
    package init(pieces: [[Element]]) { self.pieces = pieces }

    /// The one sequence it matches; nil when there are gaps.
    var literal: [Element]? { pieces.count == 1 ? pieces[0] : nil }

    /// True for a gap and nothing else.
    var matchesEverything: Bool { pieces.count > 1 && pieces.allSatisfy(\.isEmpty) }

    /// True when the sequence is one of those meant. The time is at most the product of both lengths.
    package func matches(_ text: [Element]) -> Bool {
        guard let first = pieces.first, let last = pieces.last, text.starts(with: first) else { return false }
        guard pieces.count > 1 else { return text.count == first.count }
        let end = text.count - last.count
        guard end >= first.count, text[end...].elementsEqual(last) else { return false }
        // Where a piece stands first leaves the most room for those behind it.
        var start = first.count
        for piece in pieces.dropFirst().dropLast() {
            guard let found = (start...end).first(where: { $0 + piece.count <= end && text[$0...].starts(with: piece) })
            else { return false }
            start = found + piece.count
        }
        return true
    }

    /// True when whatever the other matches is matched here, as far as that can be told by the two ends.
    func covers(_ other: Glob) -> Bool {
        if let literal = other.literal { return matches(literal) }
        if self == other || matchesEverything { return true }
        guard pieces.count == 2, let first = other.pieces.first, let last = other.pieces.last else { return false }
        return first.starts(with: pieces[0]) && last.reversed().starts(with: pieces[1].reversed())
    }
}
