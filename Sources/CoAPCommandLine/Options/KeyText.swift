// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials

/// A pre-shared key as a person writes it: text, or `hex:` and digits.
enum KeyText {
    /// The key that a file's one line spells.
    ///
    /// - Parameter name: what to call the file in an error.
    /// - Throws: `CoAPError` with code `invalidCredentials` for what no editor was meant to leave in it, and as
    ///   ``key(_:named:)``.
    static func key(inFile text: UnsafeRawBufferPointer, named name: String) throws(CoAPError) -> Secret {
        var line = Array(text)
        defer { line.wipe() }
        while let last = line.last, isLineEnd(last) { line.removeLast() }
        func failure(_ what: String) -> CoAPError { CoAPError(.invalidCredentials, "\(name): \(what)") }
        guard !line.isEmpty else { throw failure("there is no key in it; write it on one line") }
        guard !line.contains(where: isLineEnd) else {
            throw failure("there is more than one line in it; leave the key alone in it, on one line")
        }
        guard !line.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw failure("it begins with a byte order mark, which is no part of a key; save it without one")
        }
        guard let first = line.first, let last = line.last, !isSpace(first), !isSpace(last) else {
            throw failure(
                "a space stands before or behind the key; remove it, or write the key as 'hex:' and digits if it is part "
                    + "of it")
        }
        return try key(line, named: name)
    }

    /// The key that a text spells, `hex:` in either case.
    ///
    /// - Throws: `CoAPError` with code `invalidCredentials` for digits that are none and for a key that can be guessed.
    static func key(_ text: [UInt8], named name: String) throws(CoAPError) -> Secret {
        var bytes = text
        defer { bytes.wipe() }
        if text.prefix(4).elementsEqual("hex:".utf8, by: { $0 | 0x20 == $1 || $0 == $1 }) {
            guard let decoded = decode(text.dropFirst(4)) else {
                throw CoAPError(.invalidCredentials, "\(name): behind 'hex:' pairs of digits 0-9 and a-f are expected")
            }
            bytes.wipe()
            bytes = decoded
        }
        guard bytes.count >= CredentialFiles.minimumKeyLength else {
            throw CoAPError(
                .invalidCredentials,
                "\(name): a key of \(bytes.count) bytes can be guessed; take 16 random bytes or more")
        }
        return Secret(bytes)
    }

    /// True for text that somebody copied who took digits for the key itself.
    static func looksLikeDigits(_ key: Secret) -> Bool {
        key.withBytes { bytes in
            let isMarked = bytes.count > 2 && bytes[0] == UInt8(ascii: "0") && bytes[1] | 0x20 == UInt8(ascii: "x")
            let digits = bytes.dropFirst(isMarked ? 2 : 0)
            return digits.count >= 32 && digits.allSatisfy { Hexadecimal.value(of: $0) != nil }
        }
    }

    /// Decodes without making a string of a secret, which nobody could wipe. Spaces between the digits are fine.
    private static func decode(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var high: UInt8?
        for digit in digits where digit != UInt8(ascii: " ") {
            guard let value = Hexadecimal.value(of: digit) else {
                bytes.wipe()
                return nil
            }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
