// SPDX-License-Identifier: Apache-2.0

import CLibCoAP

/// OpenSSL's queue of errors, one a thread.
enum OpenSSLErrors {
    /// Empties the queue and returns the reasons that stood in it, the first one first.
    static func take() -> String {
        var reasons: [String] = []
        while true {
            let error = ERR_get_error()
            guard error != 0 else { break }
            if reasons.count < 4, let reason = ERR_reason_error_string(error) {
                reasons.append(String(cString: reason))
            }
        }
        return reasons.joined(separator: ", ")
    }
}
