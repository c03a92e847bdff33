// SPDX-License-Identifier: Apache-2.0

import Foundation

extension ToolProcess {
    /// Its arguments as every process of the host sees them.
    var visibleArguments: [String] {
        get throws {
            try Data(contentsOf: URL(filePath: "/proc/\(id)/cmdline")).split(separator: 0).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }
}
