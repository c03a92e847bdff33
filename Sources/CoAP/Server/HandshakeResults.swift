// SPDX-License-Identifier: Apache-2.0

/// Finds out how each handshake ended, so that it is counted once: by an alert, by success, or by neither, as with a wrong
/// key, whose last message OpenSSL drops without a word.
struct HandshakeResults {
    /// The session whose end is already accounted for and still to be reported.
    private var settled: SessionHandle?

    /// A fatal alert on a session; nil while a hello's cookie is not yet checked.
    ///
    /// - Returns: the result to count; nil for an alert after the handshake.
    mutating func alerted(_ alert: DTLSAlert, on session: SessionHandle?, isEstablished: Bool) -> String? {
        guard !isEstablished else { return nil }
        if let session { settled = session }
        return alert.metricName
    }

    /// A session's connection is gone.
    ///
    /// - Returns: the result to count; nil when the handshake was counted before.
    mutating func closed(_ session: SessionHandle, isEstablished: Bool) -> String? {
        guard !isEstablished else { return nil }
        defer { settled = nil }
        return settled == session ? nil : "timeout"
    }

    /// libcoap frees an established session; if its connection is still open, the close follows.
    mutating func freeing(_ session: SessionHandle, isOpen: Bool) { settled = isOpen ? session : nil }
}
