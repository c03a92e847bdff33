// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Standard input, output and error that somebody closed before the tool started.
enum StandardStreams {
    /// Opens what is closed, before anything else gets its number: else a key file or a socket would be written to in its
    /// place.
    ///
    /// What is opened cannot be used, so that reading and writing fail as they do on a closed stream.
    static func fill() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            // Takes the lowest free number, which is this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
