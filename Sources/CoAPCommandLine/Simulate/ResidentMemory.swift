// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How much of the process is in memory.
enum ResidentMemory {
    /// In bytes, at this moment; nil where the system does not tell.
    static var bytes: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(getpagesize())
    }
}
