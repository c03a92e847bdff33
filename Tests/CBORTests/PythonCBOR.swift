// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport

/// Python with cbor2, where there is one.
enum PythonCBOR {
    /// A Python that has cbor2.
    static let program: String? = {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return ["/\(package)/.build-peers/venv/bin/python", "/usr/bin/python3"].first { program in
            guard access(program, X_OK) == 0 else { return false }
            let child = try? ChildProcess(program, ["-c", "import cbor2"], environment: [:], input: .bytes([]))
            return child?.waitForEnd() == 0
        }
    }()
}
