// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder for a test's files, removed with this value.
final class TemporaryFolder: Sendable {
    /// Where it is.
    let path: String

    /// Makes a new, empty folder.
    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "swift-coap-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it.
    func path(_ name: String) -> String { path + "/" + name }

    /// Writes a file, readable by its owner only without other permissions, and returns its path.
    @discardableResult
    func write(_ bytes: some Sequence<UInt8>, to name: String, permissions: Int = 0o600) throws -> String {
        try Data(bytes).write(to: URL(filePath: path(name)))
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path(name))
        return path(name)
    }

    /// The bytes of a file in it.
    func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path(name)))) }
}
