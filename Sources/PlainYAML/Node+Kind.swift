// SPDX-License-Identifier: Apache-2.0

package import Yams

extension Node {
    /// The line where it begins, from 1.
    package var line: Int { mark?.line ?? 1 }

    /// What it is, for an error.
    package var kind: String {
        if let scalar { return scalar.string.isEmpty ? "empty" : "a text" }
        return sequence == nil ? "a mapping" : "a list"
    }

    /// True for what YAML takes for nothing, and for an empty text.
    package var isNothing: Bool {
        guard let scalar else { return false }
        return scalar.string.isEmpty
            || scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}
