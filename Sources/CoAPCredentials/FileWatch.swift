// SPDX-License-Identifier: Apache-2.0

import CoAP
import Glibc

/// Tells when files have changed that a running server has read, such as its credentials.
///
/// It looks at them once a second: that needs no thread, and works on every file system.
public struct FileWatch: Sendable {
    /// What a file is recognized by: another one in its place, or another content, changes it.
    struct FileState: Hashable, Sendable {
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
        var mode: UInt32
    }

    private let files: @Sendable () -> [String]
    private let interval: Duration
    private let settling: Duration
    private let initial: [String: FileState]

    /// A watch on a keys folder: it tells of changes from here on.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - interval: how often to look, one second unless said.
    ///   - settling: for how long nothing may change before a change counts, 200 milliseconds unless said: commands write
    ///     several files.
    public init(_ folder: KeyFolder, interval: Duration = .seconds(1), settling: Duration = .milliseconds(200)) {
        self.init(interval: interval, settling: settling) {
            [
                folder.certificateAuthorityPath, folder.revocationListPath, folder.serverCertificatePath,
                folder.serverKeyPath, folder.preSharedKeysPath, folder.registerPath,
            ] + folder.outsideAuthorities.map { "\(folder.authoritiesPath)/\($0).pem" }
        }
    }

    /// A watch on one file: it tells of changes from here on.
    ///
    /// - Parameters:
    ///   - path: the file's path.
    ///   - interval: how often to look, one second unless said.
    ///   - settling: for how long nothing may change before a change counts, 200 milliseconds unless said.
    public init(path: String, interval: Duration = .seconds(1), settling: Duration = .milliseconds(200)) {
        self.init(interval: interval, settling: settling) { [path] }
    }

    private init(interval: Duration, settling: Duration, files: @escaping @Sendable () -> [String]) {
        self.files = files
        self.interval = interval
        self.settling = settling
        initial = Self.state(of: files())
    }

    /// Calls a closure after each change, until the task is cancelled. A change while the closure runs is told behind it.
    ///
    /// - Parameters:
    ///   - changed: reads the files. What it cannot make sense of it may leave: it is called again at the next change.
    public func run(_ changed: () async -> Void) async {
        var known = initial
        while !Task.isCancelled {
            var seen = Self.state(of: files())
            if seen == known {
                try? await Task.sleep(for: interval)
                seen = Self.state(of: files())
            }
            guard !Task.isCancelled, seen != known else { continue }
            // Somebody who keeps changing files does not keep a change from being told for long.
            for _ in 0..<10 {
                try? await Task.sleep(for: settling)
                let again = Self.state(of: files())
                guard again != seen else { break }
                seen = again
            }
            guard !Task.isCancelled else { return }
            // What changes from here on is not lost: it differs from this.
            known = seen
            await changed()
        }
    }

    /// The files as they stand.
    private static func state(of files: [String]) -> [String: FileState] {
        var states: [String: FileState] = [:]
        for path in files {
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            states[path] = FileState(
                inode: UInt64(status.st_ino), size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
                nanoseconds: status.st_mtim.tv_nsec, mode: status.st_mode)
        }
        return states
    }
}
