// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The programs under test.
enum Tool: String, Sendable {
    case server = "coap-server"
    case get = "coap-get"
    case put = "coap-put"
    case coap = "coap"
    /// For what only a shell can do to a tool.
    case shell = "sh"

    /// The program's file: it is built into the folder of the program that runs the tests.
    var url: URL {
        if self == .shell { return URL(filePath: "/bin/sh") }
        return URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: rawValue)
    }
}
