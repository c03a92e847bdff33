// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// The CPU time of another process, as the kernel counts it.
enum ProcessTime {
    /// User and system time so far; nil when there is no such process. The kernel counts in steps of 10 ms.
    static func cpu(of process: Int32) -> Duration? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            // The program's name stands in brackets and may contain anything.
            let bracket = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: bracket)...].split(separator: " ")
        guard fields.count > 12, let user = Int64(fields[11]), let system = Int64(fields[12]) else { return nil }
        return .milliseconds((user + system) * 1000 / Int64(sysconf(Int32(_SC_CLK_TCK))))
    }
}
