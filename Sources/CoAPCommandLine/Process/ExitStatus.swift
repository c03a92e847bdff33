// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What the tools' exit codes mean, after sysexits.h where that has a word for it.
enum ExitStatus {
    /// `coap conformance` only: a case failed.
    static let notConforming: Int32 = 1
    /// `coap simulate` only: an assertion failed.
    static let assertionFailed: Int32 = 1
    static let clientError: Int32 = 4
    static let serverError: Int32 = 5
    static let usage: Int32 = 64
    static let badData: Int32 = 65
    static let noInput: Int32 = 66
    static let unknownHost: Int32 = 68
    static let unavailable: Int32 = 69
    static let software: Int32 = 70
    static let cannotCreate: Int32 = 73
    static let outputFailed: Int32 = 74
    static let protocolError: Int32 = 76
    /// By the peer in a handshake, or by a policy that is explained.
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
        case .invalidCredentials, .invalidPolicy, .tooLarge, .digestMismatch, .digestMissing: badData
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
        EXIT CODES:
          0    the response is of class 2.xx
          1    a case of 'coap conformance' failed
          4    the response is of class 4.xx
          5    the response is of class 5.xx
          64   the command line is wrong
          65   a key, certificate or body makes no sense, or a digest does not match
          66   a file cannot be read, or others may read a secret in it
          68   the host is unknown
          69   no answer
          70   internal error
          73   a file cannot be made
          74   output cannot be written
          76   the server broke the protocol
          77   the handshake failed: a key or certificate was refused
          130  interrupted; 143 and 129 by SIGTERM and SIGHUP
        """

    /// The list for the help page of `coap simulate`.
    static let simulateHelp = """
        EXIT CODES:
          0    every assertion holds
          1    an assertion failed
          64   the command line is wrong
          65   the scenario makes no sense, or a credential
          66   a file cannot be read, or others may read a secret in it
          68   the host is unknown
          69   too few files may be open, or an address cannot be bound
          70   internal error
          73   a file cannot be made
          74   output cannot be written
          130  interrupted before the scenario's end; 143 and 129 by SIGTERM and SIGHUP
        """

    /// The list for the help pages of `coap keys`.
    static let keysHelp = """
        EXIT CODES:
          0    done, or there was nothing to do
          64   the command line is wrong
          65   a key or certificate makes no sense, or is not for what was asked
          66   a file cannot be read or written, or others may read a secret in it
          70   internal error
          74   output cannot be written
        """

    /// The list for the help pages of `coap policy`.
    static let policyHelp = """
        EXIT CODES:
          0    'explain': allowed; 'check': the policy makes sense
          64   the command line is wrong
          65   the policy makes no sense
          66   the policy cannot be read, or everybody may write to it
          70   internal error
          74   output cannot be written
          77   'explain': denied
        """

    /// The list for the server's help page.
    static let serverHelp = """
        EXIT CODES:
          0    it was asked to stop, by SIGINT or SIGTERM
          64   the command line is wrong
          65   a key, certificate or policy makes no sense
          66   a file cannot be read, or others may read a secret in it
          68   the name of an address to listen on is unknown
          69   an address cannot be bound
          70   internal error
        """
}

/// Ends a command with a code after everything was said.
struct Finished: Error {
    let status: Int32
}
