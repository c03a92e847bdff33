// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// Writes a response's body to a file: all of it or nothing wherever the system allows that.
enum OutputFile {
    /// Writes a file beside its place and moves it there. What is no plain file, such as a pipe or `/dev/null`, is written
    /// directly, and so is a file in a folder that takes no new one, or where a link points that leads nowhere yet. `-` is
    /// the standard output.
    ///
    /// - Throws: ``OutputError``.
    static func write(_ bytes: [UInt8], to path: String) throws(OutputError) {
        guard path != "-" else { return try Terminal.write(bytes) }
        var status = stat()
        let exists = stat(path, &status) == 0
        var link = stat()
        guard exists || lstat(path, &link) != 0 else { return try writeDirectly(bytes, to: path) }
        let kind = status.st_mode & S_IFMT
        guard !exists || kind == S_IFREG else {
            guard kind != S_IFDIR else { throw cannotMake(path, "it is a folder; name a file in it") }
            return try writeDirectly(bytes, to: path)
        }
        // Its owner closed it to everybody, and replacing it would not ask.
        guard !exists || status.st_mode & 0o222 != 0 && access(path, W_OK) == 0 else {
            throw cannotMake(path, "it is read-only; make it writable, or name another file")
        }
        // Through a link, so that the link stays one.
        let target =
            exists
            ? realpath(path, nil).map { pointer in
                defer { free(pointer) }
                return String(cString: pointer)
            } ?? path : path
        let temporary = "\(target).\(UInt64.random(in: .min ... .max)).new"
        let descriptor = open(
            temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, exists ? status.st_mode & 0o777 : 0o666)
        guard descriptor >= 0 else {
            let number = errno
            guard !exists || number != EACCES else { return try writeDirectly(bytes, to: path) }
            throw cannotMake(path, reason(number))
        }
        if exists { fchmod(descriptor, status.st_mode & 0o777) }
        do throws(OutputError) {
            try finish(descriptor, bytes, path)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, target) == 0 else {
            let number = errno
            unlink(temporary)
            throw cannotMake(path, reason(number))
        }
    }

    private static func writeDirectly(_ bytes: [UInt8], to path: String) throws(OutputError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw cannotMake(path, reason(errno)) }
        try finish(descriptor, bytes, path)
    }

    private static func finish(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws(OutputError) {
        let failure = Terminal.write(bytes, to: descriptor)
        let closed = close(descriptor)
        guard failure == 0, closed == 0 else {
            throw OutputError(
                message: "\(shown(path)) cannot be written: \(reason(failure == 0 ? errno : failure))",
                status: ExitStatus.outputFailed)
        }
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
