// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The `openssl` program, a judge that shares no code with this package's own making and reading.
struct OpenSSL {
    let status: Int32
    /// Its standard output and error.
    let output: String

    init(_ arguments: String...) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        // Less than a pipe holds, so it could be written before anybody read.
        output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }
}
