// SPDX-License-Identifier: Apache-2.0

/// A ClientHello written by hand (RFC 5246 §7.4.1.2, RFC 6347 §4.2.1): for keys and certificates, with what our server asks for.
struct Hello {
    var random: [UInt8]
    var sessionID: [UInt8] = []
    var cookie: [UInt8] = []
    var version: [UInt8] = [0xFE, 0xFD]
    /// TLS_PSK_WITH_AES_128_CCM_8 and TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8.
    var suites: [UInt8] = [0xC0, 0xA8, 0xC0, 0xAE]

    init(_ generator: inout some RandomNumberGenerator) {
        random = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// The hello as a datagram; with a cookie it is the second message of the handshake.
    var datagram: [UInt8] {
        var body = version + random
        body += [UInt8(sessionID.count)] + sessionID + [UInt8(cookie.count)] + cookie
        body += [0, UInt8(suites.count)] + suites + [1, 0]
        // supported_groups: P-256, x25519; ec_point_formats; signature_algorithms: ECDSA with SHA-256; extended_master_secret.
        let extensions: [UInt8] = [
            0, 10, 0, 6, 0, 4, 0, 23, 0, 29, 0, 11, 0, 2, 1, 0, 0, 13, 0, 4, 0, 2, 4, 3, 0, 23, 0, 0,
        ]
        body += [0, UInt8(extensions.count)] + extensions
        let number: UInt8 = cookie.isEmpty ? 0 : 1
        let length = [0, UInt8(body.count >> 8), UInt8(body.count & 0xFF)]
        return Record.make(
            Record.handshake, sequence: UInt64(number), [1] + length + [0, number, 0, 0, 0] + length + body)
    }

    /// The cookie of a HelloVerifyRequest; nil when the datagram is none.
    static func cookie(in datagram: [UInt8]) -> [UInt8]? {
        guard datagram.count > 28, datagram[0] == Record.handshake, datagram[13] == 3 else { return nil }
        let length = Int(datagram[27])
        guard datagram.count >= 28 + length else { return nil }
        return Array(datagram[28..<(28 + length)])
    }

    /// The session id of a ServerHello; nil when the datagram does not begin with one.
    static func sessionID(in datagram: [UInt8]) -> [UInt8]? {
        guard datagram.count > 60, datagram[0] == Record.handshake, datagram[13] == 2 else { return nil }
        let length = Int(datagram[59])
        guard datagram.count >= 60 + length else { return nil }
        return Array(datagram[60..<(60 + length)])
    }
}
