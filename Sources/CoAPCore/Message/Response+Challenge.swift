// SPDX-License-Identifier: Apache-2.0

extension Response {
    /// What the server wants to hear once more before it believes in the client's address or time: Echo of a 4.01, 1 to 40 bytes
    /// (RFC 9175 §2.2.1, §2.3). Nil for any other response.
    package var challenge: [UInt8]? {
        guard code == .unauthorized, let echo = options.echo, (1...40).contains(echo.count) else { return nil }
        return echo
    }
}
