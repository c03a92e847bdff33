// SPDX-License-Identifier: Apache-2.0

import CoAP

/// An option of a message as a person types it: `If-None-Match`, `ETag=0x0a0b`, `2048=text`.
enum OptionArgument {
    /// Reads one.
    ///
    /// - Throws: `CoAPError` with code `invalidArgument` that says what is wrong.
    static func parse(_ text: String) throws(CoAPError) -> CoAPOption {
        func failure(_ reason: String) -> CoAPError {
            CoAPError(.invalidArgument, "-O '\(PrintableText.escaped(text.utf8))': \(reason)")
        }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let number = UInt16(name).map(OptionNumber.init(rawValue:)) ?? OptionNumber(name: name) else {
            throw failure(
                !name.isEmpty && name.utf8.allSatisfy { 48...57 ~= $0 }
                    ? "an option's number is 0 to 65535" : "no option has this name; write its number")
        }
        let typed = parts.count > 1 ? String(parts[1]) : ""
        let value: [UInt8]
        if typed.hasPrefix("0x") {
            guard let bytes = Hexadecimal.decode(typed.dropFirst(2)) else {
                throw failure("behind 0x pairs of digits are expected")
            }
            value = bytes
        } else if number.format == .uint {
            guard let integer = UInt64(typed) else { throw failure("a whole number is expected") }
            value = CoAPOption(number, uint: integer).value
        } else {
            value = Array(typed.utf8)
        }
        guard number.lengths.contains(value.count) else {
            let lengths = number.lengths
            throw failure(
                "the value has \(value.count) bytes; \(lengths.lowerBound) to \(lengths.upperBound) are allowed")
        }
        return CoAPOption(number, value)
    }
}
