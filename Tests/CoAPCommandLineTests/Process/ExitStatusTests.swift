// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("Exit codes")
struct ExitStatusTests {
    @Test(
        "Every kind of error",
        arguments: [
            (.invalidURI, 64), (.invalidArgument, 64), (.invalidCredentials, 65), (.tooLarge, 65),
            (.fileUnavailable, 66), (.unknownHost, 68), (.addressUnavailable, 69), (.timeout, 69), (.unreachable, 69),
            (.limitReached, 69), (.closed, 69), (.internal, 70), (.protocolError, 76), (.handshakeFailed, 77),
            (.cancelled, 130),
        ] as [(CoAPError.Code, Int32)])
    func errors(code: CoAPError.Code, status: Int32) {
        #expect(ExitStatus.status(of: CoAPError(code, "")) == status)
    }

    @Test(
        "Every class of response",
        arguments: [
            ("2.05", 0), ("2.01", 0), ("2.31", 0), ("4.00", 4), ("4.29", 4), ("5.00", 5), ("5.08", 5), ("3.00", 76),
            ("7.01", 76), ("0.00", 76),
        ] as [(String, Int32)])
    func responses(code: String, status: Int32) throws {
        #expect(ExitStatus.status(of: try #require(Code(code))) == status)
    }
}
