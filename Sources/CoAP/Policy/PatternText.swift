// SPDX-License-Identifier: Apache-2.0

/// How patterns are written: `*` is a gap, `%` and two hexadecimal digits are one byte, whatever it means otherwise.
enum PatternText {
    /// The bytes between the gaps.
    ///
    /// - Parameters:
    ///   - text: the pattern.
    ///   - decodes: false where `%` is a character like any other.
    ///   - refuse: makes the error of a reason.
    /// - Throws: what `refuse` makes of bytes that no pattern should have.
    static func pieces(
        _ text: some StringProtocol, decodes: Bool = true, _ refuse: (String) -> CoAPError
    ) throws(CoAPError) -> [[UInt8]] {
        var pieces: [[UInt8]] = [[]]
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "*"): pieces.append([])
            case UInt8(ascii: "%") where decodes:
                guard let high = iterator.next().flatMap(Hexadecimal.value),
                    let low = iterator.next().flatMap(Hexadecimal.value)
                else { throw refuse("'%' must be followed by two hexadecimal digits; as a character write %25") }
                pieces[pieces.count - 1].append(high << 4 | low)
            case 0..<0x20, 0x7F: throw refuse("it has a control character; write it as % and two hexadecimal digits")
            default: pieces[pieces.count - 1].append(byte)
            }
        }
        return pieces
    }
}
