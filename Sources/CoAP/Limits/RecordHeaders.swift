// SPDX-License-Identifier: Apache-2.0

/// The headers of the DTLS records in a datagram (RFC 6347 §4.1). Its bytes may be anybody's: every length is checked.
enum RecordHeaders {
    /// True when one of the records is a message of a handshake under the keys it has agreed on: a Finished, or what is meant to
    /// be taken for one.
    static func holdFinished(_ datagram: Span<UInt8>) -> Bool {
        let header = ClientHello.recordHeader
        var start = 0
        while start + header <= datagram.count {
            let size = Int(datagram[start + 11]) << 8 | Int(datagram[start + 12])
            // The handshake's records are of type 22, and those of its first keys of epoch 1.
            if datagram[start] == 22, datagram[start + 3] == 0, datagram[start + 4] == 1,
                start + header + size <= datagram.count
            {
                return true
            }
            start += header + size
        }
        return false
    }
}
