// SPDX-License-Identifier: Apache-2.0

@_exported public import LinkModel

/// A generator whose numbers are the same in every run.
package typealias SeededGenerator = SeededNumbers
