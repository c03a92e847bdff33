// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

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
        URL(filePath: self == .shell ? "/bin/sh" : RunningProgram.built(rawValue))
    }
}
