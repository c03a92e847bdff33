// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A child process and this side's ends of its pipes.
struct ChildProcess: Sendable {
    /// Its process id.
    let id: pid_t
    /// Reads its standard output.
    let output: Int32
    /// Reads its standard error.
    let errors: Int32
    /// Writes its standard input.
    let input: Int32

    /// Starts a program with nothing of this process but its environment: no descriptor, no blocked or ignored signal.
    ///
    /// - Throws: ``PeerError/notStarted(program:reason:)``.
    init(_ program: String, _ arguments: [String], environment: [String: String]) throws {
        func check(_ code: Int32) throws {
            if code != 0 { throw PeerError.notStarted(program: program, reason: String(cString: strerror(code))) }
        }
        var opened: [Int32] = []
        func closeAll() { opened.forEach { close($0) } }
        func pair(_ make: (UnsafeMutablePointer<Int32>) -> Int32) throws -> (Int32, Int32) {
            var ends: [Int32] = [-1, -1]
            guard ends.withUnsafeMutableBufferPointer({ $0.baseAddress.map(make) ?? -1 }) == 0 else {
                throw PeerError.notStarted(program: program, reason: String(cString: strerror(errno)))
            }
            opened += ends
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return (ends[0], ends[1])
        }
        do {
            let out = try pair { pipe($0) }
            let err = try pair { pipe($0) }
            // A socket, because writing to one that is gone can be kept from raising a signal.
            let input = try pair { socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, $0) }

            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            try check(posix_spawn_file_actions_adddup2(&actions, input.1, 0))
            try check(posix_spawn_file_actions_adddup2(&actions, out.1, 1))
            try check(posix_spawn_file_actions_adddup2(&actions, err.1, 2))
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
            self.input = input.0
            [out.1, err.1, input.1].forEach { close($0) }
        } catch {
            closeAll()
            throw error
        }
    }

    /// Closes every descriptor from 3 on in the child. Found at run time: Swift's Glibc module does not have it.
    private static func addCloseFrom(_ actions: inout posix_spawn_file_actions_t) -> Int32 {
        typealias Function =
            @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return ENOSYS }
        return unsafeBitCast(symbol, to: Function.self)(&actions, 3)
    }
}
