// SPDX-License-Identifier: Apache-2.0

import CLibCoAP
import CoAP
import Glibc

/// Writes files whole or not at all.
enum FileWriter {
    static let secretMode: mode_t = 0o600
    static let publicMode: mode_t = 0o644

    /// True when something stands at the path.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// True when it is certain that nothing stands at the path.
    static func isMissing(_ path: String) -> Bool { access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR) }

    /// Makes a folder that only its owner may enter.
    ///
    /// One that is there and holds nothing but its explanation, as after a clone, is closed to others. Any other that is
    /// open to others is refused: it may be no keys folder at all, and then closing it is for its owner to decide.
    static func makeFolder(_ path: String) throws(CoAPError) {
        guard mkdir(path, 0o700) != 0 else { return }
        guard errno == EEXIST else {
            throw CredentialFiles.unavailable(path, "the folder cannot be made: \(CredentialFiles.reason(errno))")
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw CredentialFiles.unavailable(path, "is not a folder; move it away or name another one")
        }
        guard status.st_mode & 0o077 != 0 else { return }
        if isUnused(path), chmod(path, 0o700) == 0 { return }
        let others = status.st_mode & 0o022 != 0 ? "others may write in it" : "others may look into it"
        let advice =
            status.st_mode & S_ISVTX != 0
            ? "name a folder of your own"
            : "name a folder of your own, or run: chmod 700 \(ShellText.quoted(path))"
        throw CredentialFiles.unavailable(
            path, "\(others) (mode \(CredentialFiles.octal(status.st_mode))); \(advice)")
    }

    /// True when a folder holds nothing but what a clone has in it.
    private static func isUnused(_ path: String) -> Bool {
        guard let names = names(in: path) else { return false }
        return names.allSatisfy { ["README.md", ".gitignore"].contains($0) }
    }

    /// The names of what is in a folder; nil when it cannot be read.
    static func names(in path: String) -> [String]? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Writes a file beside its place and moves it there: readers see all of it or none, and nobody else ever sees a secret.
    ///
    /// - Parameters:
    ///   - replaces: false leaves a file alone that has come to stand there meanwhile.
    ///   - lasts: false where the caller makes many files outlive a power cut at once, by ``syncAll(in:)``.
    static func write(
        _ bytes: UnsafeRawBufferPointer, to path: String, mode: mode_t, replaces: Bool = false, lasts: Bool = true
    ) throws(CoAPError) {
        // The folder's .gitignore and the search for certificates both pass over such a name.
        let temporary = "\(path).\(UInt64.random(in: .min ... .max)).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw CredentialFiles.unavailable(path, "cannot be written: \(CredentialFiles.reason(errno))")
        }
        var written = 0
        var good = fchmod(descriptor, mode) == 0
        while good, written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            if count < 0, errno == EINTR { continue }
            good = count > 0
            written += max(0, count)
        }
        good = (!lasts || fsync(descriptor) == 0) && good
        let number = errno
        close(descriptor)
        // A link fails where a file stands already; a rename would replace it.
        let placed = good && (replaces ? rename(temporary, path) : link(temporary, path)) == 0
        let reason = good ? errno : number
        if !placed || !replaces { unlink(temporary) }
        guard placed else {
            throw CredentialFiles.unavailable(path, "cannot be written: \(CredentialFiles.reason(reason))")
        }
        if lasts { syncFolder(of: path) }
    }

    /// Makes everything that was written to a folder's file system outlive a power cut.
    static func syncAll(in folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = ccoap_sync_file_system(descriptor)
        close(descriptor)
    }

    /// Removes a file; one that is not there is no error.
    static func remove(_ path: String) throws(CoAPError) {
        guard unlink(path) != 0, errno != ENOENT, errno != ENOTDIR else { return }
        throw CredentialFiles.unavailable(path, "cannot be removed: \(CredentialFiles.reason(errno))")
    }

    /// Moves a file to the place of another in the same folder.
    static func move(_ path: String, to place: String) throws(CoAPError) {
        guard rename(path, place) == 0 else {
            throw CredentialFiles.unavailable(place, "cannot be written: \(CredentialFiles.reason(errno))")
        }
        syncFolder(of: place)
    }

    /// Removes the files of writers that were cut short, which the folder's lock has to keep others from being about.
    static func removeUnfinished(in folder: String) throws(CoAPError) {
        for name in names(in: folder) ?? [] where name.hasSuffix(".new") {
            let number = name.dropLast(4).split(separator: ".", omittingEmptySubsequences: false).last ?? ""
            if UInt64(number) != nil { try remove("\(folder)/\(name)") }
        }
    }

    /// Makes a new name in a folder outlive a power cut. Where a file system cannot, the file is there all the same.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    static func write(
        _ secret: Secret, to path: String, replaces: Bool = false, lasts: Bool = true
    ) throws(CoAPError) {
        let result: Result<Void, CoAPError> = secret.withBytes { bytes in
            do throws(CoAPError) {
                return .success(try write(bytes, to: path, mode: secretMode, replaces: replaces, lasts: lasts))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    static func write(
        _ bytes: [UInt8], to path: String, mode: mode_t = publicMode, replaces: Bool = false, lasts: Bool = true
    ) throws(CoAPError) {
        let result: Result<Void, CoAPError> = bytes.withUnsafeBytes { bytes in
            do throws(CoAPError) {
                return .success(try write(bytes, to: path, mode: mode, replaces: replaces, lasts: lasts))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
