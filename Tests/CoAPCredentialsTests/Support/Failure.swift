// SPDX-License-Identifier: Apache-2.0

import CoAP

/// The error of a call that must fail; nil when it does not.
func failure<Value>(_ body: () throws(CoAPError) -> Value) -> CoAPError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
