// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import TestSupport

/// The `openssl` program, a judge that shares no code with this package's own making and reading.
struct OpenSSL {
    let status: Int32
    /// Its standard output and error, one behind the other.
    let output: String

    init(_ arguments: String...) async throws { try await self.init(arguments: arguments) }

    init(arguments: [String]) async throws {
        let child = try ChildProcess(
            "/usr/bin/env", ["openssl"] + arguments, environment: ProcessInfo.processInfo.environment, input: .bytes([])
        )
        (status, output) = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                // Less than a pipe holds, so the second waits for nobody while the first is read.
                let text = [child.output, child.errors].map { descriptor in
                    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
                    return String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
                }
                continuation.resume(returning: (child.waitForEnd(), text.joined()))
            }
        }
    }
}
