// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a CBOR item.
package struct CBORError: Error, Hashable, Sendable {
    /// The byte where reading stopped, counted from 0.
    package let offset: Int
    /// What was expected there.
    package let reason: String
}
