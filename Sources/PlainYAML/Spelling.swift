// SPDX-License-Identifier: Apache-2.0

/// Whether one word is another one misspelled.
package enum Spelling {
    /// True for different words, of which one becomes the other by one or two letters more, less or changed; by one in short ones.
    package static func isNear(_ word: String, _ other: String) -> Bool {
        guard abs(min(word.utf8.count, 64) - min(other.utf8.count, 64)) <= 2 else { return false }
        let (one, two) = (Array(word.utf8.prefix(64)), Array(other.utf8.prefix(64)))
        let limit = min(one.count, two.count) < 5 ? 1 : 2
        guard one != two, min(one.count, two.count) > 2, abs(one.count - two.count) <= limit else { return false }
        // Levenshtein's distance, row by row.
        var row = Array(0...two.count)
        for (index, byte) in one.enumerated() {
            var next = [index + 1]
            for (column, letter) in two.enumerated() {
                next.append(min(row[column] + (byte == letter ? 0 : 1), row[column + 1] + 1, next[column] + 1))
            }
            row = next
            // No later row has less.
            guard row.contains(where: { $0 <= limit }) else { return false }
        }
        return row[two.count] <= limit
    }
}
