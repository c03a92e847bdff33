// SPDX-License-Identifier: Apache-2.0

/// What is known when no response came in time, and what it most likely means.
struct MissingResponse {
    /// The URI's scheme, host and port.
    var server: String
    /// How long it was waited for.
    var timeout: Duration
    /// True on plain CoAP.
    var isPlain: Bool
    /// True when there was a session to send on.
    var hasSession = true
    /// True when it was sent.
    var wasSent = true
    /// True when the server acknowledged it.
    var isAcknowledged = false
    /// True when anything came from the server after it was sent.
    var wasHeardSince = false
    /// True when anything ever came from the server.
    var wasEverHeard = false
    /// True when the network said that nobody listens, and nothing came after that.
    var wasRefused = false

    /// The error for a person.
    var error: CoAPError {
        let time = HandshakeFailure.seconds(timeout)
        let check =
            "check host and port, that a firewall lets UDP pass"
            + (isPlain ? ", and that the server does not want coaps://" : "")
        guard hasSession else {
            return CoAPError(
                .timeout, "no session with \(server) within \(time) s, so the request was not sent: \(check)")
        }
        guard wasSent else {
            return CoAPError(
                .timeout,
                "the request to \(server) was not sent within \(time) s, since others before it had no answer yet: wait "
                    + "for them, or raise maximumOutstanding")
        }
        if wasRefused {
            return CoAPError(
                .unreachable,
                "nobody listens at \(server) any more, and no response came within \(time) s: see that it is running")
        }
        let reason =
            if isAcknowledged {
                "it acknowledged the request and is slow; wait longer, or see its log"
            } else if wasHeardSince {
                "it is there, but slow, or answers with an option that is not understood here; wait longer, or see its log"
            } else if wasEverHeard {
                "it was there before and has fallen silent; see that it is running and can be reached"
            } else {
                check
            }
        return CoAPError(.timeout, "no response from \(server) within \(time) s: \(reason)")
    }
}
