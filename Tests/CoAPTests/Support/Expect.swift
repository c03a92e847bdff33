// SPDX-License-Identifier: Apache-2.0

import Testing

/// `#expect` for conditions that change a value, which the macro does not take.
func expect(_ isTrue: Bool, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(isTrue, comment, sourceLocation: sourceLocation)
}
