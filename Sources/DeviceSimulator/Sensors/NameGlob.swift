// SPDX-License-Identifier: Apache-2.0

import CoAP

/// Names by a pattern in which `*` stands for any characters, also none: `room-00*`.
package struct NameGlob {
    private let glob: Glob<UInt8>

    package init(_ pattern: String) {
        glob = Glob(
            pieces: pattern.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init))
    }

    /// True when the pattern fits the whole name.
    package func matches(_ name: String) -> Bool { glob.matches(Array(name.utf8)) }
}
