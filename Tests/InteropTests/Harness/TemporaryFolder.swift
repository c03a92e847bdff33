// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// A folder for a test's files, readable by this user only; removed with this value, or when the tests end.
final class TemporaryFolder: Sendable {
    /// Where it is.
    let path: String

    private static let remaining = Locked(Set<String>())
    private static let removeAtExit: Void = {
        atexit { TemporaryFolder.removeRemaining() }
    }()

    /// Makes a new, empty folder.
    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "swift-coap-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        _ = Self.removeAtExit
        let path = path
        Self.remaining.withLock { _ = $0.insert(path) }
    }

    deinit { Self.remove(path) }

    /// The path of a file in it.
    func path(_ name: String) -> String { path + "/" + name }

    /// Writes a text to a file in it, readable by this user only.
    func write(_ text: String, to name: String) throws {
        guard
            FileManager.default.createFile(
                atPath: path(name), contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw PeerError.failed("cannot write \(path(name))") }
    }

    /// The bytes of any file.
    static func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    private static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
        remaining.withLock { _ = $0.remove(path) }
    }

    private static func removeRemaining() {
        for path in remaining.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }
}
