// SPDX-License-Identifier: Apache-2.0

package import Glibc

/// A child process and this side's ends of its pipes.
///
/// Not Foundation's: that one reads past a buffer while it looks for open descriptors (Swift 6.3.1), and now and then the tests
/// ended there.
package struct ChildProcess: Sendable {
    /// What the child reads from its standard input.
    package enum Input: Sendable {
        /// What is written to ``ChildProcess/input`` while it runs.
        case open
        /// These bytes and then the end; at most 60,000, which a pipe holds before anybody reads.
        case bytes([UInt8])
    }

    /// Its process id.
    package let id: pid_t
    /// Reads its standard output.
    package let output: Int32
    /// Reads its standard error.
    package let errors: Int32
    /// Writes its standard input; -1 when it was given at the start.
    package let input: Int32

    /// Starts a program with nothing of this process but its environment: no descriptor, no blocked or ignored signal.
    ///
    /// - Parameters:
    ///   - input: its standard input.
    ///   - folder: where it runs; nil for where this process does.
    /// - Throws: ``ProcessStartError``.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String], input given: Input = .open,
        folder: String? = nil
    ) throws {
        func check(_ code: Int32) throws {
            if code != 0 { throw ProcessStartError(program: program, reason: String(cString: strerror(code))) }
        }
        var opened: [Int32] = []
        func closeAll() { opened.forEach { close($0) } }
        func pair(_ make: (UnsafeMutablePointer<Int32>) -> Int32) throws -> (Int32, Int32) {
            var ends: [Int32] = [-1, -1]
            guard ends.withUnsafeMutableBufferPointer({ $0.baseAddress.map(make) ?? -1 }) == 0 else {
                throw ProcessStartError(program: program, reason: String(cString: strerror(errno)))
            }
            opened += ends
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return (ends[0], ends[1])
        }
        do {
            let out = try pair { pipe($0) }
            let err = try pair { pipe($0) }
            // This side's end and the child's.
            let input: (Int32, Int32)
            switch given {
            case .open:
                // A socket, because writing to one that is gone can be kept from raising a signal.
                input = try pair { socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, $0) }
            case .bytes(let bytes):
                let (reader, writer) = try pair { pipe($0) }
                guard write(writer, bytes, bytes.count) == bytes.count else {
                    throw ProcessStartError(program: program, reason: "its input does not fit into a pipe")
                }
                input = (writer, reader)
            }

            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            try check(posix_spawn_file_actions_adddup2(&actions, input.1, 0))
            try check(posix_spawn_file_actions_adddup2(&actions, out.1, 1))
            try check(posix_spawn_file_actions_adddup2(&actions, err.1, 2))
            if let folder { try check(Self.addFolder(folder, &actions)) }
            // Otherwise a child holds the sockets of servers that other tests stop meanwhile.
            try check(Self.addCloseFrom(&actions))

            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            var none = sigset_t()
            var all = sigset_t()
            sigemptyset(&none)
            sigfillset(&all)
            posix_spawnattr_setsigmask(&attributes, &none)
            posix_spawnattr_setsigdefault(&attributes, &all)
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

            var words = ([program] + arguments).map { strdup($0) } + [nil]
            var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
            defer { (words + settings).forEach { free($0) } }
            var id = pid_t()
            try check(posix_spawn(&id, program, &actions, &attributes, &words, &settings))
            self.id = id
            output = out.0
            errors = err.0
            if case .bytes = given {
                close(input.0)
                self.input = -1
            } else {
                self.input = input.0
            }
            [out.1, err.1, input.1].forEach { close($0) }
        } catch {
            closeAll()
            throw error
        }
    }

    /// Waits for the child's end and calls the closure to reap it: until then its process id stays the child's. Blocks.
    ///
    /// - Parameter reaping: calls what it is given, where no signal can be sent meanwhile.
    /// - Returns: the exit code, or the signal that ended it as a negative number.
    package func waitForEnd(_ reaping: (() -> Int32) -> Int32 = { $0() }) -> Int32 {
        var info = siginfo_t()
        while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return reaping {
            var raw: Int32 = 0
            waitpid(id, &raw, 0)
            return raw & 0x7F == 0 ? raw >> 8 & 0xFF : -(raw & 0x7F)
        }
    }

    /// Has the child run in a folder. Found at run time, like the other one.
    private static func addFolder(_ folder: String, _ actions: inout posix_spawn_file_actions_t) -> Int32 {
        typealias Function =
            @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addchdir_np") else { return ENOSYS }
        return unsafeBitCast(symbol, to: Function.self)(&actions, folder)
    }

    /// Closes every descriptor from 3 on in the child. Found at run time: Swift's Glibc module does not have it.
    private static func addCloseFrom(_ actions: inout posix_spawn_file_actions_t) -> Int32 {
        typealias Function =
            @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return ENOSYS }
        return unsafeBitCast(symbol, to: Function.self)(&actions, 3)
    }
}
