// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Foundation
import Testing

@Suite("A server that is asked to stop before it serves")
struct StopSignalTests {
    @Test("It stops as it should", arguments: [SIGTERM, SIGINT])
    func early(signal: Int32) async throws {
        let folder = try TemporaryFolder()
        let keys = KeyFolder(path: folder.path("keys"))
        _ = try keys.initialize()
        // The server waits for this lock before it does anything else.
        let lock = open(keys.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try #require(lock >= 0 && flock(lock, LOCK_EX) == 0)
        defer { close(lock) }
        let server = try ToolProcess(.server, ["--listen", "coaps://127.0.0.1:0", "--keys", keys.path])
        let waiting = "-> FLOCK  ADVISORY  WRITE \(server.id) "
        while try !String(contentsOfFile: "/proc/locks", encoding: .utf8).contains(waiting) {
            try await Task.sleep(for: .milliseconds(5))
        }
        kill(server.id, signal)
        flock(lock, LOCK_UN)
        let result = await server.end()
        #expect(result.status == 0 && result.output.hasSuffix("stopped\n"), "\(result.transcript)")
    }
}
