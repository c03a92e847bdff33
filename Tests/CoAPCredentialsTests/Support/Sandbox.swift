// SPDX-License-Identifier: Apache-2.0

import CoAPCredentials
import Foundation
import Glibc

/// A folder of a test's own with a keys folder in it; removed with this value.
final class Sandbox {
    let path: String
    var keys: KeyFolder { KeyFolder(path: path("keys")) }

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "credentials-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    /// A folder with two devices, pump and valve, and copies of their certificates outside the keys folder.
    static func withDevices() throws -> Sandbox {
        let box = try Sandbox()
        _ = try box.keys.initialize()
        for name in ["pump", "valve"] {
            _ = try box.keys.addDevice(named: name)
            try box.write(try box.text("keys/devices/\(name).pem"), to: "\(name).pem")
        }
        return box
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file with a mode; folders between must be there.
    @discardableResult
    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        chmod(path(name), mode)
        return path(name)
    }

    func remove(_ names: String...) throws {
        for name in names { try FileManager.default.removeItem(atPath: path(name)) }
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    func text(_ name: String) throws -> String { try String(contentsOf: URL(filePath: path(name)), encoding: .utf8) }

    /// The permissions of a file, as chmod takes them.
    func mode(_ name: String) -> mode_t {
        var status = stat()
        guard stat(path(name), &status) == 0 else { return 0o170000 }
        return status.st_mode & 0o7777
    }

    /// Every file with what a change of it would change.
    func snapshot() throws -> [String: FileState] {
        var states: [String: FileState] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            var status = stat()
            guard stat(path(name), &status) == 0 else { continue }
            let isFile = status.st_mode & S_IFMT == S_IFREG
            states[name] = FileState(
                bytes: isFile ? try Data(contentsOf: URL(filePath: path(name))) : Data(), mode: status.st_mode,
                inode: status.st_ino, seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
        }
        return states
    }
}
