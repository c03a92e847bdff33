// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Foundation
import Testing

@Suite("Watching the folder")
struct FileWatchTests {
    let box: Sandbox

    init() throws {
        box = try Sandbox()
        _ = try box.keys.initialize()
    }

    /// Runs a closure beside a watch; it gets what waits for the next change.
    private func watching(_ body: (() async -> Void) async throws -> Void) async throws {
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self)
        let watch = FileWatch(box.keys, interval: .milliseconds(5), settling: .milliseconds(5))
        let task = Task { await watch.run { continuation.yield() } }
        try await body { for await _ in changes { break } }
        task.cancel()
        await task.value
    }

    @Test(.timeLimit(.minutes(5)))
    func everyWayOfChangingAFileIsNoticed() async throws {
        try await watching { next in
            // Beside its place and moved there, as the commands do.
            _ = try box.keys.addDevice(named: "pump")
            await next()
            // Written in place with the same length.
            let text = try box.text("keys/psk.json")
            let handle = try FileHandle(forWritingTo: URL(filePath: box.path("keys/psk.json")))
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
            await next()
            // Removed and made again.
            try box.remove("keys/server.pem", "keys/server.key")
            await next()
            _ = try box.keys.initialize()
            await next()
            _ = try box.keys.revokeDevice(named: "pump")
            await next()
            let authority = try CertificateAuthority()
            try box.write(String(decoding: try authority.certificatePEM(), as: UTF8.self), to: "vendor.pem")
            _ = try box.keys.importCertificates(from: box.path("vendor.pem"))
            await next()
            try box.remove("keys/authorities/vendor.pem")
            await next()
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func aChangeBeforeItRunsIsTold() async throws {
        let watch = FileWatch(box.keys, interval: .seconds(3600), settling: .milliseconds(1))
        _ = try box.keys.addDevice(named: "pump")
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self)
        let task = Task { await watch.run { continuation.yield() } }
        for await _ in changes { break }
        task.cancel()
        await task.value
    }
}
