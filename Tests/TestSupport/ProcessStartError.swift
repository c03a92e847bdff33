// SPDX-License-Identifier: Apache-2.0

/// A program that cannot be started.
package struct ProcessStartError: Error, CustomStringConvertible {
    package let program: String
    package let reason: String

    package var description: String { "\(program) cannot be started: \(reason)" }
}
