// SPDX-License-Identifier: Apache-2.0

/// The flights of a DTLS 1.2 handshake (RFC 6347 §4.2.4, figure 1).
package enum HandshakeFlight: Int, Hashable, Sendable, CaseIterable {
    /// ClientHello without a cookie.
    case hello = 1
    /// HelloVerifyRequest; a server may do without it and the next one.
    case cookie
    /// ClientHello with the cookie.
    case helloAgain
    /// ServerHello to ServerHelloDone.
    case server
    /// ClientKeyExchange to Finished.
    case client
    /// ChangeCipherSpec and Finished of the server.
    case finished

    /// The flight of a datagram, by its first record; nil for an alert, application data and what is no record.
    package init?(_ datagram: [UInt8], outgoing: Bool) {
        // Type, version, epoch, sequence number and length take 13 bytes; the message's type comes next (RFC 6347 §4.1, §4.2.2).
        guard datagram.count > 13 else { return nil }
        let isClear = datagram[3] == 0 && datagram[4] == 0
        switch (datagram[0], outgoing) {
        case (22, true) where isClear && datagram[13] == 1:
            self = Self.hasCookie(datagram) ? .helloAgain : .hello
        case (20, true), (22, true): self = .client
        case (22, false) where isClear && datagram[13] == 3: self = .cookie
        // A NewSessionTicket opens the last flight (RFC 5077 §3.3).
        case (22, false) where isClear && datagram[13] != 4: self = .server
        case (20, false), (22, false): self = .finished
        default: return nil
        }
    }

    /// What a datagram begins with, the same when it is sent again: the type of its record, and of a message in the clear type
    /// and number.
    static func head(_ datagram: [UInt8]) -> [UInt8] {
        guard datagram.count > 18, datagram[0] == 22, datagram[3] == 0, datagram[4] == 0 else {
            return Array(datagram.prefix(1))
        }
        return [datagram[0], datagram[13], datagram[17], datagram[18]]
    }

    /// A ClientHello's cookie stands behind its version, its random bytes and the session id (RFC 6347 §4.2.1).
    private static func hasCookie(_ datagram: [UInt8]) -> Bool {
        let session = 13 + 12 + 2 + 32
        guard datagram.count > session else { return false }
        let cookie = session + 1 + Int(datagram[session])
        return datagram.count > cookie && datagram[cookie] > 0
    }
}
