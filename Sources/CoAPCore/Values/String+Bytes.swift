// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
    /// True when both are the same bytes: `==` holds for texts of different bytes that Unicode calls equivalent.
    func hasSameBytes(as other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }
}
