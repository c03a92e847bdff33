// SPDX-License-Identifier: Apache-2.0

import Glibc

extension CoAPError {
    /// A failure of the operating system, with its own words; `number` is an errno value.
    static func system(_ what: String, number: Int32 = errno) -> CoAPError {
        CoAPError(.internal, "\(what): \(String(cString: strerror(number)))")
    }
}
