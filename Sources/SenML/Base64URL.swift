// SPDX-License-Identifier: Apache-2.0

/// Base64 with the alphabet for URLs and without padding (RFC 4648 §5).
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for position in 0...group.count { text.append(alphabet[Int(word >> UInt32(18 - 6 * position) & 63)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes; nil for other characters and for bits that are left over.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var word: UInt32 = 0
        var bits: UInt32 = 0
        for character in text.utf8 {
            guard let index = alphabet.firstIndex(of: character) else { return nil }
            word = word << 6 | UInt32(index)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> bits))
                word &= (1 << bits) - 1
            }
        }
        return bits < 6 && word == 0 ? bytes : nil
    }
}
