// SPDX-License-Identifier: Apache-2.0

import Foundation

/// This process's memory.
enum ResidentMemory {
    /// What is resident in KiB, after what is unused was given back to the system.
    static func kilobytes() -> Int {
        // Found at run time: Swift's Glibc module does not have it.
        if let symbol = dlsym(nil, "malloc_trim") {
            _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)(0)
        }
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        guard let pages, pages.count > 1, let resident = Int(pages[1]) else { return 0 }
        return resident * (sysconf(Int32(_SC_PAGESIZE)) / 1024)
    }
}
