// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// The file a response's body is written to, part by part: all of it or nothing wherever the system allows that.
///
/// What is written stands beside the file and takes its place in ``commit()``; without that nothing has changed. What is no
/// plain file, such as a pipe or `/dev/null`, is written directly. A file in a folder that takes no new one, or where a link
/// points that leads nowhere yet, is written in ``commit()`` from a copy elsewhere. `-` is the standard output.
final class OutputFile {
    private enum Place {
        case standardOutput
        case direct
        case beside(temporary: String, target: String)
        case copy
    }

    private let path: String
    private let place: Place
    private var descriptor: Int32
    /// Removes the file beside when the process is ended.
    private var lastAct: Int?
    private let lastActs: LastActs

    /// Prepares the writing; the file itself stays as it is.
    ///
    /// - Parameter lastActs: what is done when the process is ended before.
    /// - Throws: ``OutputError``.
    init(_ path: String, lastActs: LastActs = .ofProcess) throws(OutputError) {
        self.path = path
        self.lastActs = lastActs
        guard path != "-" else {
            (place, descriptor) = (.standardOutput, STDOUT_FILENO)
            return
        }
        var status = stat()
        let exists = stat(path, &status) == 0
        var link = stat()
        guard exists || lstat(path, &link) != 0 else {
            (place, descriptor) = (.copy, try Self.copy(path))
            return
        }
        let kind = status.st_mode & S_IFMT
        guard !exists || kind == S_IFREG else {
            guard kind != S_IFDIR else { throw Self.cannotMake(path, "it is a folder; name a file in it") }
            (place, descriptor) = (.direct, try Self.open(path))
            return
        }
        // Its owner closed it to everybody, and replacing it would not ask.
        guard !exists || status.st_mode & 0o222 != 0 && access(path, W_OK) == 0 else {
            throw Self.cannotMake(path, "it is read-only; make it writable, or name another file")
        }
        // Through a link, so that the link stays one.
        let target =
            exists
            ? realpath(path, nil).map { pointer in
                defer { free(pointer) }
                return String(cString: pointer)
            } ?? path : path
        let temporary = "\(target).\(UInt64.random(in: .min ... .max)).new"
        let opened = Foundation.open(
            temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, exists ? status.st_mode & 0o777 : 0o666)
        guard opened >= 0 else {
            let number = errno
            guard exists, number == EACCES else { throw Self.cannotMake(path, Self.reason(number)) }
            (place, descriptor) = (.copy, try Self.copy(path))
            return
        }
        if exists { fchmod(opened, status.st_mode & 0o777) }
        (place, descriptor) = (.beside(temporary: temporary, target: target), opened)
        lastAct = lastActs.add { unlink(temporary) }
    }

    deinit {
        if let lastAct { lastActs.remove(lastAct) }
        guard descriptor >= 0, descriptor != STDOUT_FILENO else { return }
        close(descriptor)
        if case .beside(let temporary, _) = place { unlink(temporary) }
    }

    /// Writes a whole body.
    ///
    /// - Throws: ``OutputError``.
    static func write(_ bytes: [UInt8], to path: String) throws(OutputError) {
        let file = try OutputFile(path)
        try file.write(bytes)
        try file.commit()
    }

    /// Adds bytes.
    ///
    /// - Throws: ``OutputError``.
    func write(_ bytes: [UInt8]) throws(OutputError) {
        if case .standardOutput = place { return try Terminal.write(bytes) }
        let failure = Terminal.write(bytes, to: descriptor)
        guard failure == 0 else { throw Self.failed(path, failure) }
    }

    /// Puts what was written in the file's place; to be called once, last.
    ///
    /// - Throws: ``OutputError``.
    func commit() throws(OutputError) {
        switch place {
        case .standardOutput: return
        case .direct: try finish(descriptor)
        case .beside(let temporary, let target):
            do throws(OutputError) {
                try finish(descriptor)
            } catch {
                unlink(temporary)
                throw error
            }
            guard rename(temporary, target) == 0 else {
                let number = errno
                unlink(temporary)
                throw Self.cannotMake(path, Self.reason(number))
            }
        case .copy:
            lseek(descriptor, 0, SEEK_SET)
            let file = try Self.open(path)
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = read(descriptor, &chunk, chunk.count)
                guard count != 0 else { break }
                let failure = count < 0 ? errno : Terminal.write(Array(chunk[..<count]), to: file)
                guard failure == 0 else {
                    close(file)
                    throw Self.failed(path, failure)
                }
            }
            guard close(file) == 0 else { throw Self.failed(path, errno) }
        }
    }

    private func finish(_ descriptor: Int32) throws(OutputError) {
        self.descriptor = -1
        guard close(descriptor) == 0 else { throw Self.failed(path, errno) }
    }

    /// Opens a file to write it directly.
    private static func open(_ path: String) throws(OutputError) -> Int32 {
        let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw cannotMake(path, reason(errno)) }
        return descriptor
    }

    /// A file without a name, for what goes to its own place later.
    private static func copy(_ path: String) throws(OutputError) -> Int32 {
        var name = Array("\(FileManager.default.temporaryDirectory.path)/coap.XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw cannotMake(path, reason(errno)) }
        unlink(name)
        return descriptor
    }

    private static func failed(_ path: String, _ number: Int32) -> OutputError {
        OutputError(
            message: "\(shown(path)) cannot be written: \(reason(number))", status: ExitStatus.outputFailed)
    }

    private static func cannotMake(_ path: String, _ reason: String) -> OutputError {
        OutputError(message: "\(shown(path)) cannot be written: \(reason)", status: ExitStatus.cannotCreate)
    }

    private static func shown(_ path: String) -> String { PrintableText.escaped(path.utf8) }

    private static func reason(_ number: Int32) -> String {
        switch number {
        case ENOENT, ENOTDIR: "its folder is not there; make it first"
        case EACCES, EPERM: "you have no right to"
        case ENOSPC, EDQUOT: "there is no space left"
        default: String(cString: strerror(number))
        }
    }
}
