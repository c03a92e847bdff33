// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What the tools' exit codes mean, after sysexits.h where that has a word for it.
enum ExitStatus {
    static let clientError: Int32 = 4
    static let serverError: Int32 = 5
    static let usage: Int32 = 64
    static let badData: Int32 = 65
    static let noInput: Int32 = 66
    static let unknownHost: Int32 = 68
    static let unavailable: Int32 = 69
    static let software: Int32 = 70
    static let cannotCreate: Int32 = 73
    static let protocolError: Int32 = 76
    static let refused: Int32 = 77
    static let interrupted: Int32 = 130

    /// The code for a response.
    static func status(of code: Code) -> Int32 {
        switch code.class {
        case 2: 0
        case 4: clientError
        case 5: serverError
        default: protocolError
        }
    }

    /// The code for what kept a response from coming.
    static func status(of error: CoAPError) -> Int32 {
        switch error.code {
        case .invalidURI, .invalidArgument: usage
        case .invalidCredentials, .tooLarge: badData
        case .fileUnavailable: noInput
        case .unknownHost: unknownHost
        case .timeout, .unreachable, .addressUnavailable, .limitReached, .closed: unavailable
        case .protocolError: protocolError
        case .handshakeFailed: refused
        case .cancelled: interrupted
        default: software
        }
    }

    /// The list for the help pages.
    static let help = """
        Exit codes: 0 for a 2.xx response, 4 for 4.xx, 5 for 5.xx; 64 wrong usage, 65 bad data, 66 a file cannot be read, \
        68 unknown host, 69 no answer, 70 internal error, 73 a file cannot be written, 76 protocol error, 77 handshake or \
        credential refused, 130 interrupted.
        """
}

/// Ends a command with a code after everything was said.
struct Finished: Error {
    let status: Int32
}

/// An output file that cannot be written.
struct OutputError: Error {
    let message: String
}
