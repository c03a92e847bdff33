// SPDX-License-Identifier: Apache-2.0

/// Where the parts of a DTLS 1.2 ClientHello stand that a cookie is about (RFC 6347 §4.2.1). Its bytes are a stranger's: every
/// length is checked, nothing is copied.
struct ClientHello: Equatable {
    /// Why a datagram is no hello that can be answered.
    enum Problem: Error {
        case malformed
        /// In several records. No client has a need for that, and to put it together would take memory for strangers.
        case fragmented
    }

    /// The sequence number of the record, which a HelloVerifyRequest repeats.
    let recordSequence: UInt64
    /// The client's random.
    let random: SIMD4<UInt64>
    /// The cookie in the datagram; empty in a first hello.
    let cookie: Range<Int>
    /// The version, random and session id in the datagram, and the ciphers and compression methods: the same in both hellos.
    let parameters: (before: Range<Int>, behind: Range<Int>)

    static let recordHeader = 13
    static let messageHeader = 12

    /// True for a datagram that begins with a ClientHello of an unprotected record, in whatever shape.
    static func isAtStart(of datagram: Span<UInt8>) -> Bool {
        datagram.count > recordHeader && datagram[0] == 22 && datagram[3] == 0 && datagram[4] == 0
            && datagram[recordHeader] == 1
    }

    /// Reads the first record of a datagram for which ``isAtStart(of:)`` holds; records behind it are not looked at.
    init(_ datagram: Span<UInt8>) throws(Problem) {
        guard datagram.count >= Self.recordHeader + Self.messageHeader, Self.isAtStart(of: datagram),
            datagram[1] == 0xFE
        else { throw .malformed }
        let recordEnd = Self.recordHeader + (Int(datagram[11]) << 8 | Int(datagram[12]))
        guard recordEnd <= datagram.count else { throw .malformed }
        func number(_ at: Int, _ bytes: Int) -> Int { (at..<at + bytes).reduce(0) { $0 << 8 | Int(datagram[$1]) } }
        let length = number(14, 3)
        guard number(19, 3) == 0, number(22, 3) == length else { throw .fragmented }
        let start = Self.recordHeader + Self.messageHeader
        // OpenSSL would refuse a third message and what stands behind the hello, when libcoap has a session for it already.
        guard number(17, 2) <= 1, start + length == recordEnd else { throw .malformed }
        var reader = Reader(position: start, end: start + length)
        // Version and random.
        let fixed = try reader.take(34)
        guard datagram[fixed.lowerBound] == 0xFE else { throw .malformed }
        let sessionID = try reader.take(counted: 1, in: datagram)
        guard sessionID.count <= 32 else { throw .malformed }
        cookie = try reader.take(counted: 1, in: datagram)
        let ciphers = try reader.take(counted: 2, in: datagram)
        let compression = try reader.take(counted: 1, in: datagram)
        guard ciphers.count >= 2, ciphers.count.isMultiple(of: 2), !compression.isEmpty else { throw .malformed }
        if reader.position < reader.end {
            _ = try reader.take(counted: 2, in: datagram)
            guard reader.position == reader.end else { throw .malformed }
        }
        parameters = (fixed.lowerBound..<sessionID.upperBound, cookie.upperBound..<compression.upperBound)
        recordSequence = UInt64(number(5, 6))
        var random = SIMD4<UInt64>()
        for index in 0..<4 {
            let at = fixed.lowerBound + 2 + index * 8
            random[index] = (at..<at + 8).reduce(0) { $0 << 8 | UInt64(datagram[$1]) }
        }
        self.random = random
    }

    private struct Reader {
        var position: Int
        let end: Int

        mutating func take(_ count: Int) throws(Problem) -> Range<Int> {
            guard count <= end - position else { throw .malformed }
            defer { position += count }
            return position..<position + count
        }

        /// What stands behind its length of some bytes.
        mutating func take(counted bytes: Int, in datagram: Span<UInt8>) throws(Problem) -> Range<Int> {
            let length = try take(bytes)
            return try take(length.reduce(0) { $0 << 8 | Int(datagram[$1]) })
        }
    }

    static func == (lhs: ClientHello, rhs: ClientHello) -> Bool {
        lhs.recordSequence == rhs.recordSequence && lhs.random == rhs.random && lhs.cookie == rhs.cookie
            && lhs.parameters == rhs.parameters
    }

    /// The answer that asks for the hello once more with a cookie (RFC 6347 §4.2.1): 60 bytes for a cookie of 32, and a hello
    /// has 67 at least.
    func verifyRequest(cookie: [UInt8]) -> [UInt8] {
        let body = 3 + cookie.count
        // DTLS 1.0 in both places, whatever is agreed on later; the record has the hello's sequence number.
        var bytes: [UInt8] = [22, 0xFE, 0xFF, 0, 0]
        bytes.reserveCapacity(Self.recordHeader + Self.messageHeader + body)
        for shift in stride(from: 40, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: recordSequence >> UInt64(shift)))
        }
        bytes += [0, UInt8(Self.messageHeader + body)]
        bytes += [3, 0, 0, UInt8(body), 0, 0, 0, 0, 0, 0, 0, UInt8(body)]
        bytes += [0xFE, 0xFF, UInt8(cookie.count)]
        return bytes + cookie
    }
}
